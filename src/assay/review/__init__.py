"""What people decided about grades: the ledger, the queue, overrides and the track record."""
