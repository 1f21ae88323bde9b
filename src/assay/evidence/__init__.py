"""What evidence amounts to: kinds, independence, and what texts have in common."""
