"""``halong bench``: what the product does in a second on this machine, measured against the product itself."""
