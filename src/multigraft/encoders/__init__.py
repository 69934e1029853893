"""Graph encoders: a packed batch in, node embeddings out; they know nothing of tasks."""
