"""Pages that people look at: what was trained, how it measures up, what it looks like."""
