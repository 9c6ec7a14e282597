"""Readings that we fetch from an address every so often: JSON or CSV, conditional, within limits."""
