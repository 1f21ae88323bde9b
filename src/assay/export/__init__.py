"""The results in forms other programs read."""
