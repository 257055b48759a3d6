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

from agent.language.text import beginning, content, shared
from agent.ports import Judge, PassageStore
from agent.stance import passages_that_entail
from agent.types import Certificate, Citation, ClaimEvidence, EvidenceSpan, Support
from retrieval.types import Filters, Passage, Passages, Scope, Vectors

Shares = npt.NDArray[np.float64]

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


def certify(
    claims: Sequence[str], library: PassageStore, judge: Judge, filters: Filters
) -> list[Certificate]:
    """Search every passage in scope for one that says a claim; one pass for all claims.

    A passage is ruled on where its cosine, or its share of the claim's words, reaches `CANDIDATE`.
    Each of these is read sentence by sentence for one that says it by rule or comes too near, until
    one is found or `AT_MOST` have been read.

    Args:
        claims: Positive propositions.
        library: The library that is searched.
        judge: Decides whether a passage says it.
        filters: The scope, for example the "as of" date.

    Returns:
        One certificate a claim, in order.
    """
    searches = [_Search(claim, v) for claim, v in zip(claims, library.embed(claims), strict=True)]
    for passages, vectors in library.scan(filters):
        flat = [_flat(text) for text in passages.texts]
        for search in searches:
            search.see(passages, flat, vectors @ search.vector)
    scope = library.scope(filters)
    return [search.certificate(judge, scope) for search in searches]


class _Search:
    """What one claim has met so far."""

    def __init__(self, claim: str, vector: Vectors) -> None:
        self.claim, self.vector = claim, vector
        self._words = set(content(claim))
        self._prefixes = [_flat(beginning(w)) for w in self._words]
        self._on_topic = 0
        self._near: list[tuple[float, Passage]] = []

    def see(self, passages: Passages, flat: Sequence[str], cosines: Vectors) -> None:
        """Look at a block: its passages, their flattened texts, their cosines to the claim."""
        self._on_topic += int(np.count_nonzero(cosines >= ON_TOPIC))
        near = cosines >= CANDIDATE
        for n in map(int, np.flatnonzero(near | (self._at_most(flat) >= CANDIDATE))):
            closeness = max(float(cosines[n]), shared(self._words, passages.texts[n]))
            if closeness >= CANDIDATE:
                self._near.append((closeness, passages[n]))

    def _at_most(self, flat: Sequence[str]) -> Shares:
        """A bound on the share of words in each text: a word is there only if its beginning is."""
        found = np.zeros(len(flat))
        for prefix in self._prefixes:
            found += [prefix in text for text in flat]
        return found / max(1, len(self._prefixes))

    def certificate(self, judge: Judge, scope: Scope) -> Certificate:
        planted = EvidenceSpan(text=f"{self.claim[:1].upper()}{self.claim[1:]}.")
        [probe] = judge.verify([ClaimEvidence(claim=self.claim, evidence=(planted,))])
        near = [p for _, p in sorted(self._near, key=lambda found: (-found[0], found[1].id))]
        read: list[_Read] = []
        while len(read) < min(len(near), AT_MOST) and not any(one.found for one in read):
            read += self._read(judge, near[len(read) : len(read) + AT_ONCE])
        best = max(read, key=lambda one: one.score, default=None)
        return Certificate(
            proposition=self.claim,
            scope=scope,
            on_topic=self._on_topic,
            best_score=best.score if best else 0.0,
            threshold=judge.threshold,
            nearest=cite_whole(best.passage) if best else None,
            probe_score=(probe.score or 0.0) if probe.support is Support.SUPPORTED else 0.0,
            explained=sum(one.explained for one in read),
            unread=len(near) - len(read),
            found=any(one.found for one in read),
        )

    def _read(self, judge: Judge, passages: Sequence[Passage]) -> list["_Read"]:
        verifications = judge.verify(
            [ClaimEvidence(claim=self.claim, evidence=(whole_passage(p),)) for p in passages]
        )
        support = [(r.score or 1.0) * (r.support is Support.SUPPORTED) for r in verifications]
        said = passages_that_entail(self.claim, passages, support)
        return [
            _Read(
                passage,
                score=0.0 if carried and not says_it else verification.score or 0.0,
                explained=bool(carried) and not says_it,
                found=says_it or verification.support is Support.UNCHECKED,
            )
            for passage, verification, carried, says_it in zip(
                passages, verifications, support, said, strict=True
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
    """Lower case without dots: "I.C.E." is "ice", as in `agent.language.text`."""
    return text.lower().replace(".", "")


def whole_passage(passage: Passage) -> EvidenceSpan:
    """A whole passage as evidence."""
    return EvidenceSpan.of(passage.text, passage.source)


def cite_whole(passage: Passage) -> Citation:
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


def scopes(text: str, certificate: Certificate) -> bool:
    """Whether the numbers that a sentence prints about its search are the certificate's."""
    head = text[: text.rfind(certificate.proposition)]
    scope = certificate.scope.model_dump()
    counted = re.findall(r"\b(\d[\d,]*) (passages|sources|origins)\b", head)
    numbers = re.findall(r"\b\d[\d,]*\b", head)
    return len(numbers) == len(counted) and all(
        int(number.replace(",", "")) == scope[noun] for number, noun in counted
    )
