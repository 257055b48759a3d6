"""Absence is a search result, never an entailment.

"No source reports P" stands only with a certificate: P was tested against every passage in scope,
the topic is covered, and a planted passage saying P would have been found. P is taken from the
sentence by grammar, so the writer cannot certify one thing and print another.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from agent.ports import Shelf, Verifier
from agent.stance import says
from agent.types import Certificate, Citation, Extract, Pair, Support
from agent.words import content
from retrieval.ports import Vectors
from retrieval.types import Filters, Passage, Passages, Scope

Shares = npt.NDArray[np.float64]

RECORD: Final = r"(?:sources?|passages?|record|library|texts?|reporting)"
FRAMES: Final = (
    re.compile(
        rf"\b(?:no|none of the)\b[^,;]*?\b{RECORD}\b.*?"
        r"\b(?:says?|reports?|states?|shows?)\s+that\s+(?P<p>.+)$",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b{RECORD}\b.*?\bdo(?:es)? not (?:say|report|state|show|contain a passage saying)"
        r"\s+that\s+(?P<p>.+)$",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b{RECORD}\b.*?\b(?:found|contains?|holds?) (?:no passage|none) (?:that says|saying)"
        r"\s+that\s+(?P<p>.+)$",
        re.IGNORECASE,
    ),
)
SEARCHED: Final = re.compile(
    r"All \d+ passages from \d+ sources in the library were searched for the claim that (?P<p>.+); "
    r"by itself this search settles nothing about the record\."
)
HERE: Final = rf"(?:{RECORD}) (?:reviewed|searched|in the library|provided|here)"
SPEAKS_OF_RECORD: Final = re.compile(
    rf"\b(?:no|none|nothing|not)\b.*\b{HERE}|\b{HERE}\b.*\b(?:no|none|nothing|not)\b",
    re.IGNORECASE,
)
ON_TOPIC: Final = 0.40
"""Cosine from which a passage speaks about the subject of a proposition."""
CANDIDATE: Final = 0.50
"""Cosine, or share of the proposition's words, from which a passage is read for it."""
COVERED: Final = 3
"""Passages on topic without which silence means nothing."""
AT_ONCE: Final = 64
"""Candidates that are ruled on together; the search ends with the first of them that says it."""
AT_MOST: Final = 1024
"""Candidates of one claim that are ruled on, nearest first. Where there are more, the certificate
counts those that were not, and the sentence falls."""


def is_absence(text: str) -> bool:
    """Whether a sentence speaks of what the record does not hold."""
    spoken = SPEAKS_OF_RECORD.search(text) or SEARCHED.fullmatch(text)
    return bool(spoken) or proposition(text) is not None


def proposition(text: str) -> str | None:
    """The positive statement that an absence sentence denies the record to hold."""
    bare = text.strip().rstrip(".")
    for frame in FRAMES:
        if found := frame.search(bare):
            return found["p"].strip()
    return None


def searched(scope: Scope, claimed: str) -> str:
    """What is left of an absence sentence that no certificate carries: that a search was made."""
    return (
        f"All {scope.passages} passages from {scope.sources} sources in the library were searched "
        f"for the claim that {claimed}; by itself this search settles nothing about the record."
    )


def searched_for(text: str) -> str | None:
    """What a sentence of the form of `searched` says was searched for."""
    found = SEARCHED.fullmatch(text)
    return found["p"] if found else None


def denied(text: str) -> str | None:
    """What an absence sentence speaks of, whether it denies it or only says it was searched."""
    return searched_for(text) or proposition(text)


def certify(
    claims: Sequence[str], shelf: Shelf, verifier: Verifier, filters: Filters
) -> list[Certificate]:
    """Search every passage in scope for one that says a claim; one pass for all claims.

    A passage is ruled on where its cosine, or its share of the claim's words, reaches `CANDIDATE`.
    Each of these is read sentence by sentence for one that says it by rule or comes too near, until
    one is found or `AT_MOST` have been read.

    Args:
        claims: Positive propositions.
        shelf: The library that is searched.
        verifier: Decides whether a passage says it.
        filters: The scope, for example the "as of" date.

    Returns:
        One certificate a claim, in order.
    """
    searches = [_Search(claim, v) for claim, v in zip(claims, shelf.embed(claims), strict=True)]
    for passages, vectors in shelf.scan(filters):
        flat = [_flat(text) for text in passages.texts]
        for search in searches:
            search.see(passages, flat, vectors @ search.vector)
    scope = shelf.scope(filters)
    return [search.certificate(verifier, scope) for search in searches]


class _Search:
    """What one claim has met so far."""

    def __init__(self, claim: str, vector: Vectors) -> None:
        self.claim, self.vector = claim, vector
        self._words = set(content(claim))
        self._prefixes = [_flat(w.removesuffix("y")) for w in self._words]
        self._on_topic = 0
        self._near: list[tuple[float, Passage]] = []

    def see(self, passages: Passages, flat: Sequence[str], cosines: Vectors) -> None:
        """Look at a block: its passages, their flattened texts, their cosines to the claim."""
        self._on_topic += int(np.count_nonzero(cosines >= ON_TOPIC))
        near = cosines >= CANDIDATE
        for n in map(int, np.flatnonzero(near | (self._at_most(flat) >= CANDIDATE))):
            closeness = max(float(cosines[n]), _share(self._words, passages.texts[n]))
            if closeness >= CANDIDATE:
                self._near.append((closeness, passages[n]))

    def _at_most(self, flat: Sequence[str]) -> Shares:
        """A bound on the share of words in each text: a word is there only if its stem is."""
        found = np.zeros(len(flat))
        for prefix in self._prefixes:
            found += [prefix in text for text in flat]
        return found / max(1, len(self._prefixes))

    def certificate(self, verifier: Verifier, scope: Scope) -> Certificate:
        planted = Extract(text=f"{self.claim[:1].upper()}{self.claim[1:]}.")
        [probe] = verifier.judge([Pair(claim=self.claim, evidence=(planted,))])
        near = [p for _, p in sorted(self._near, key=lambda found: (-found[0], found[1].id))]
        read: list[_Read] = []
        while len(read) < min(len(near), AT_MOST) and not any(one.found for one in read):
            read += self._read(verifier, near[len(read) : len(read) + AT_ONCE])
        best = max(read, key=lambda one: one.score, default=None)
        return Certificate(
            proposition=self.claim,
            scope=scope,
            on_topic=self._on_topic,
            best_score=best.score if best else 0.0,
            threshold=verifier.threshold,
            nearest=whole(best.passage) if best else None,
            probe_score=(probe.score or 0.0) if probe.support is Support.SUPPORTED else 0.0,
            explained=sum(one.explained for one in read),
            unread=len(near) - len(read),
            found=any(one.found for one in read),
        )

    def _read(self, verifier: Verifier, passages: Sequence[Passage]) -> list["_Read"]:
        rulings = verifier.judge([Pair(claim=self.claim, evidence=(extract(p),)) for p in passages])
        support = [(r.score or 1.0) * (r.support is Support.SUPPORTED) for r in rulings]
        said = says(self.claim, passages, support)
        return [
            _Read(
                passage,
                score=0.0 if carried and not says_it else ruling.score or 0.0,
                explained=bool(carried) and not says_it,
                found=says_it or ruling.support is Support.UNCHECKED,
            )
            for passage, ruling, carried, says_it in zip(
                passages, rulings, support, said, strict=True
            )
        ]


@dataclass(frozen=True)
class _Read:
    """What was made of one passage; see `Certificate`."""

    passage: Passage
    score: float
    explained: bool
    found: bool


def _flat(text: str) -> str:
    """Lower case without dots: "I.C.E." is "ice", as in `agent.words`."""
    return text.lower().replace(".", "")


def extract(passage: Passage) -> Extract:
    """A whole passage as evidence."""
    return Extract.of(passage.text, passage.source)


def whole(passage: Passage) -> Citation:
    """Cite all of a passage."""
    return Citation.of(passage, 0, len(passage.text))


def shortfall(certificate: Certificate) -> str | None:
    """Why an absence sentence may not stand on this certificate, or None."""
    if certificate.found:
        return "a passage in the library says it, or comes too near to be told from saying it"
    if certificate.unread:
        return f"{certificate.unread} more passages come near it and were not read"
    if certificate.on_topic < COVERED:
        return (
            f"only {certificate.on_topic} passages are on the topic: "
            "silence of a library that does not cover a topic means nothing"
        )
    if certificate.probe_score <= 0:
        return "a planted passage saying it would not have been found"
    return None


def _share(words: set[str], text: str) -> float:
    return len(words & set(content(text))) / len(words) if words else 0.0


def scopes(text: str, certificate: Certificate) -> bool:
    """Whether the numbers that a sentence prints about its search are the certificate's."""
    head = text[: text.rfind(certificate.proposition)]
    scope = certificate.scope.model_dump()
    counted = re.findall(r"\b(\d[\d,]*) (passages|sources|origins)\b", head)
    numbers = re.findall(r"\b\d[\d,]*\b", head)
    return len(numbers) == len(counted) and all(
        int(number.replace(",", "")) == scope[noun] for number, noun in counted
    )
