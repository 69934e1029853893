"""What can be asked of an encoder: examples, episodes, head, loss and metric of each task."""
