"""Proofs about rulebooks: values, bounds, and rules that can never apply."""
