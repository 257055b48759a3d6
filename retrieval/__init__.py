"""Vetted sources in, ranked passages out. Knows nothing of drafts or verdicts."""
