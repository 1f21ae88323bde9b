"""The rulebook's language: parsed and type-checked as CEL, compiled to columns."""
