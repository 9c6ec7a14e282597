"""Pages of sources, of uploads and of the quarantine."""
