"""Briefing pages: what a reader sees, computed from profiles, rulebook and scores."""
