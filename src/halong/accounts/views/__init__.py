"""Pages of sign-in, one's own account, people, keys and walls."""
