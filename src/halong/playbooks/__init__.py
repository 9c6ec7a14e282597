"""What is to be done when a kind of problem comes: written beforehand, versioned; see docs/architecture.md."""
