"""Dependencies between profiles: structure, and how far they are felt."""
