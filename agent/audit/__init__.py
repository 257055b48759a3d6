"""Texts that somebody else wrote, and pages under test: read, checked, judged, self-tested."""
