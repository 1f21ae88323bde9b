"""Spreadsheets of claims, sources, profiles and publishers: export, and import of the edits."""
