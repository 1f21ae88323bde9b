"""Writing documents for an analyst: new ones, citations, the search for ids, a first workspace."""
