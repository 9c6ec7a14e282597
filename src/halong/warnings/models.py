"""Public warnings in CAP 1.2, ours and others'."""
