"""What people and browsers say, checked at the edge."""
