"""The Common Alerting Protocol 1.2 (OASIS; ITU-T X.1303), pure: no database, no network."""
