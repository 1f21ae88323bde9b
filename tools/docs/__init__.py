"""The generator of the reference, of the transcripts in other pages and of the JSON Schemas.

``python -m tools.docs`` writes them from the registries, the models and the output of commands;
``--check`` lists those that are out of date. :mod:`tools.docs.transcript` explains how pages mark
the commands whose output they show.
"""
