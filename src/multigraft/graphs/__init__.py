"""Where graphs come from and how they are held."""
