"""The documents as columns: one table for each space of the rule language."""
