"""Halong: an open-source operations centre for smart cities and provinces."""

__version__ = "0.1.0"
