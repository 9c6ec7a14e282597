"""Alerts of other services in CAP 1.2: read, judged, kept for operators; nothing here leads to the public."""
