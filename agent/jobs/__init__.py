"""Drafts that were asked for and are finished, whatever happens to the process that began them."""
