"""Claims, sources, profiles and publishers as sheets: out for an analyst to edit, and back."""
