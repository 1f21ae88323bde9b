"""Documents of the outside world into sources, drafts of claims and drafts of profiles."""
