"""Where compiled programs run."""
