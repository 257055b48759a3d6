"""What people type, read as one positive, checkable claim; by rule, so the reading can be shown."""

from agent.claims.reading import read_claim

__all__ = ["read_claim"]
