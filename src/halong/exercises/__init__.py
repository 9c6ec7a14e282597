"""Exercises: scenarios, sessions in a second instance, scores, and who has practised what; see docs/architecture.md."""
