"""Pairs of which a grader carries the first two."""

from agent.types import ClaimEvidence, EvidenceSpan

NOTE = (
    "City Desk, March 3, 2025, Bridge closed\nThe city of Alderwick closed the Norden bridge on"
    " March 1, 2025, after inspectors found 14 cracks in its northern pillar. Mayor Ilse Brandt"
    " said that repairs would cost 3 million dollars. The council did not set a date."
)


CARRIED = (
    "The city of Alderwick closed the Norden bridge after inspectors found 14 cracks in it.",
    "Mayor Ilse Brandt said that repairs would cost 3 million dollars.",
)


NOT_CARRIED = (
    "Mayor Ilse Brandt said that repairs would cost 8 million dollars.",
    "Bakers in the valley sold less bread in autumn than in other years.",
    "The city of Hallby closed the Sund tunnel on May 9, 2019, after divers found 31 leaks.",
    "Farmers along the coast have asked the ministry for help with the drought.",
)


def pair(claim: str, *evidence: str) -> ClaimEvidence:
    return ClaimEvidence(claim=claim, evidence=tuple(EvidenceSpan(text=text) for text in evidence))


PAIRS = [pair(claim, NOTE) for claim in (*CARRIED, *NOT_CARRIED)]
