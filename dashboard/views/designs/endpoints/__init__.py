"""Designs with a binary or continuous endpoint, and Simon's two-stage designs."""
