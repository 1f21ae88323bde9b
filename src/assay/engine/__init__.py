"""Run compiled programs on columns."""
