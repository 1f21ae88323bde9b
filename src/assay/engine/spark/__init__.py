"""Run compiled programs on Spark."""
