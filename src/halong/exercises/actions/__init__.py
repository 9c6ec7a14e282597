"""Every change to exercises: starting and closing them here, the run inside their instance, practice, tours."""
