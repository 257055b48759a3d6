"""Retrieval for claims: `python -m evals.retrieval --help`, and `scale` for a large library."""
