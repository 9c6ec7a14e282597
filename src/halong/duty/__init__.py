"""Who is on, who is told, what was written down; see docs/architecture.md."""
