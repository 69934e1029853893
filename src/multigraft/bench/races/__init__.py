"""What is raced: a file a group of hot paths, a function a race."""
