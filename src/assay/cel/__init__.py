"""The rule language: parse CEL, check its types, and lower it to column expressions."""
