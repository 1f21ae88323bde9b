"""The documents that are made from the program itself, so that they cannot say otherwise.

``python -m tools.docs`` writes them, ``--check`` says which are out of date. The reference is
made from the registries and the models; in the other pages the output of the commands they show
is pasted anew (see :mod:`tools.docs.transcript`).
"""
