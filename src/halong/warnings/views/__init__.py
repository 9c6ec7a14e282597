"""Pages of warnings: the desk's, the set-up, the public's."""
