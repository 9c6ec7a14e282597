"""Samples of duty's things for ``tests/test_access.py``."""

from tests.duty import rota_world, watch_world


def things(base):
    """One of each thing that an address of duty names."""
    return {**watch_world.things(base), **rota_world.things(base)}
