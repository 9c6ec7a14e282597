"""Forms of the desk: the words of a warning, rows of authority, outlets."""
