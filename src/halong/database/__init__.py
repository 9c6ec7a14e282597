"""The embedded PostgreSQL, its health, backup and restore."""
