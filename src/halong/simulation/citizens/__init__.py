"""Simulated citizens: what they report, by which doors, and what simulated officers do about it."""
