"""The verdict: what each source says of the claim, and what that adds up to."""

from agent.verdict.harm import alleges_harm
from agent.verdict.sameness import same_claim
from agent.verdict.stance import read_stances
from agent.verdict.table import compute_verdict, count_origins, verdict_on

__all__ = [
    "alleges_harm",
    "compute_verdict",
    "count_origins",
    "read_stances",
    "same_claim",
    "verdict_on",
]
