"""Analyses: one value that knows which question to ask of the store and what to make of it.

An analysis is what a page shows, a script repeats and a share freezes: it can be run on
a store and it can write the Python that runs it.
"""
