"""Dependencies between profiles: structure, and how far effects reach."""
