"""The verdict: what each source says of the claim, and what that adds up to."""

from agent.verdict.stance import read_stances, same_claim
from agent.verdict.table import alleges_harm, compute_verdict, count_origins, verdict_on

__all__ = [
    "alleges_harm",
    "compute_verdict",
    "count_origins",
    "read_stances",
    "same_claim",
    "verdict_on",
]
