"""Additions to a workspace: new documents and claims, citations, a starter workspace; search."""
