"""Read document files with positions (YAML, JSON Lines, Parquet) and edit YAML in place."""
