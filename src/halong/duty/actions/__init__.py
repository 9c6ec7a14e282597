"""Everything that is done about duty; each module of this package holds what belongs together."""
