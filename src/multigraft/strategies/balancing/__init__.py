"""How the losses of several tasks are weighed against each other, whatever the strategy that they come from."""
