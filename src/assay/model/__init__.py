"""Models of documents, the rulebook, its test cases, and computed results."""
