"""What the pages of duty take in."""
