"""Screens of citizens' reports."""
