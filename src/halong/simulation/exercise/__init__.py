"""The player of an exercise's story: through the doors that everybody uses, in an instance under exercise only."""
