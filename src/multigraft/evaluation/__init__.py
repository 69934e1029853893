"""How embeddings are measured: protocols and their questions, probes and baselines, metrics with intervals."""
