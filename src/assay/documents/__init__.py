"""Reading and writing YAML with positions and comments; knows nothing of the models."""
