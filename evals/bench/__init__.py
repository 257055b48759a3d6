"""Benchmarks: `python -m evals.bench --help`. Figures of one run compare with each other only."""
