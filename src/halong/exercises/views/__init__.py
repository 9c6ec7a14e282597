"""Pages of exercises: those of the main instance, the trainer's console, entering, practice, tours."""
