"""Posteriors by quadrature: the same points for every outcome of a design."""
