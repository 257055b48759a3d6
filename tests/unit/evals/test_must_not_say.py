"""Short flat statements on the subject that nothing carries, as cases of our own have them."""

from agent.types import ClaimEvidence
from agent.verification.cross_encoder import CrossEncoder
from agent.verification.embedded import EmbeddedJudge
from evals.loaders import own


def test_of_statements_that_no_page_may_make_few_stand() -> None:
    notes = own.read_notes()
    pairs = [
        ClaimEvidence(
            claim=said, evidence=tuple(own.extract_of(notes[note]) for note in case.must_cite)
        )
        for case in own.read_claims()
        for said in case.must_not_say
        if case.must_cite
    ]
    judge = EmbeddedJudge(CrossEncoder(threads=2))
    assert len(pairs) == 88
    assert sum(verification.accepted for verification in judge.verify(pairs)) <= 16
