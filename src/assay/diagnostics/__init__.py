"""Diagnostics: their type, the registry of their codes, and their text and SARIF forms."""
