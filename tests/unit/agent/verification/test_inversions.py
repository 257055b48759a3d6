"""Sentences in the words of their source that say something else, with the judge that ships.

The bounds are what is reached today, so that it never gets worse; the aim is none.
"""

import json
from functools import cache

import pytest

from agent.types import ClaimEvidence, EvidenceSpan, Support
from agent.verification.cross_encoder import CrossEncoder
from agent.verification.embedded import EmbeddedJudge
from evals.loaders import own

FERRY = (
    "The council voted 7 to 2 on Monday to keep the night ferry. It carried 41,000 passengers in "
    "2025, down from 52,000 in 2019. Mayor Ola Brandt voted against."
)
STANDING, ACCEPTED, REJECTED = 8, 14, 16
INVERSIONS = [
    ("nyccouncil-2014-doc-detainers", "The law lets ICE keep an office on Rikers Island."),
    ("siriusfeed-tisch-memo-2025", "Officers may hold people for federal agents."),
    ("gothamist-copy-washington-heights-chase", "ICE agents injured two NYPD officers."),
    ("leadstories-nypd-sora-videos", "Most of them can be traced to one person."),
    (
        "visaverge-mamdani-order",
        "Mayor Mamdani's order lets city police arrest ICE agents.",
    ),
    ("", "The council voted to end the night ferry."),
    ("", "The night ferry carried 52,000 passengers in 2025."),
    ("", "Mayor Ola Brandt voted for the night ferry."),
    ("", "Mayor Ola Brandt voted to keep the night ferry."),
]


@cache
def judge() -> EmbeddedJudge:
    return EmbeddedJudge(CrossEncoder(threads=2))


def test_of_sentences_that_turn_their_source_round_few_stand() -> None:
    notes = own.read_notes()
    pairs = [
        ClaimEvidence(
            claim=said,
            evidence=(own.extract_of(notes[note]) if note else EvidenceSpan(text=FERRY),),
        )
        for note, said in INVERSIONS
    ]
    standing = [
        pair.claim
        for pair, verification in zip(pairs, judge().verify(pairs), strict=True)
        if verification.accepted
    ]
    assert len(standing) <= STANDING, standing


@pytest.mark.parametrize(("supported", "most"), [(False, ACCEPTED), (True, REJECTED)])
def test_of_inversions_written_blind_few_are_ruled_wrong(supported: bool, most: int) -> None:  # noqa: FBT001
    rows = [json.loads(line) for line in (own.CASES / "inversions.jsonl").open(encoding="utf-8")]
    asked = [row for row in rows if (row["label"] == Support.SUPPORTED) is supported]
    evidence = [tuple(EvidenceSpan(text=text) for text in row["evidence"]) for row in asked]
    verifications = judge().verify(
        [
            ClaimEvidence(claim=row["claim"], evidence=e)
            for row, e in zip(asked, evidence, strict=True)
        ]
    )
    wrong = [
        row["claim"]
        for row, verification in zip(asked, verifications, strict=True)
        if verification.accepted is not supported
    ]
    assert len(asked) == (25 if supported else 45)
    assert len(wrong) <= most, wrong
