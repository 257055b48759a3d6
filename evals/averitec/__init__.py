"""Verdicts on AVeriTeC's development claims: `python -m evals.averitec --help`."""
