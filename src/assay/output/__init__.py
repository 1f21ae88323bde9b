"""Results as text, JSON, JUnit and HTML."""
