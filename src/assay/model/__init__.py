"""What is written down: publishers, sources, profiles, claims and the rulebook."""
