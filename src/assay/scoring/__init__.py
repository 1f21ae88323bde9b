"""Scores of compiled rules on tables, with their explanations, outlook and counterfactuals."""

SCORING_VERSION = 3
"""Raise by one in every change after which the same evidence and rules give another score.

``grades.lock`` records it, so that a plan attributes such a difference to assay and not to the
evidence. Tests compare stored scores and fail if these differ while the number is the same.
"""
