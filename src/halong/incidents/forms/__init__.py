"""What the screens of incidents take in."""
