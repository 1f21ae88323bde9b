"""What was applied, what would change and why, and the record of what was changed."""
