"""Reads: ``public`` and ``own`` for citizens, ``queues`` for handlers, ``statistics`` for both, ``similar`` for all."""
