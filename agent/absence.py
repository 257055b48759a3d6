"""Absence is a search result, never an entailment.

"No source reports P" stands only with a certificate: P was tested against every passage in scope,
the topic is covered, and a planted passage saying P would have been found. P is taken from the
sentence by grammar, so the writer cannot certify one thing and print another.
"""

import re
from typing import Final

import numpy as np

from agent.ports import Shelf, Verifier
from agent.types import Certificate, Citation, Extract, Pair, Support
from agent.words import content
from retrieval.types import Filters, Passage, Scope

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
"""Cosine, or share of the proposition's words, below which the verifier never finds support."""
TOO_NEAR: Final = 0.80
"""Share of the proposition's words in one passage from which its silence cannot be certified."""
COVERED: Final = 3
"""Passages on topic without which silence means nothing."""
CLOSEST: Final = 64
"""Candidates that are ruled on, nearest first."""


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


def certify(
    claimed: str, shelf: Shelf, verifier: Verifier, threshold: float, filters: Filters
) -> Certificate:
    """Search every passage in scope for one that says `claimed`.

    Args:
        claimed: The positive proposition.
        shelf: The library that is searched.
        verifier: Decides whether a passage says it.
        threshold: Support in [0, 1] from which a passage counts as saying it.
        filters: The scope, for example the "as of" date.
    """
    vector = shelf.embed([claimed])[0]
    said = set(content(claimed))
    on_topic = 0
    near: list[tuple[float, Passage]] = []
    for passages, vectors in shelf.scan(filters):
        cosines = vectors @ vector
        on_topic += int(np.count_nonzero(cosines >= ON_TOPIC))
        near += [
            (float(cosine), passage)
            for passage, cosine in zip(passages, cosines, strict=True)
            if max(float(cosine), _share(said, passage.text)) >= CANDIDATE
        ]
    near.sort(key=lambda found: (-found[0], found[1].id))
    closest = [passage for _, passage in near[:CLOSEST]]
    planted = Extract(text=f"{claimed[:1].upper()}{claimed[1:]}.")
    probe, *rulings = verifier.judge(
        [Pair(claim=claimed, evidence=(e,)) for e in (planted, *map(extract, closest))]
    )
    scores = [r.score or 0.0 for r in rulings]
    best = int(np.argmax(scores)) if scores else None
    return Certificate(
        proposition=claimed,
        scope=shelf.scope(filters),
        on_topic=on_topic,
        best_score=max(scores, default=0.0),
        threshold=threshold,
        nearest=None if best is None else whole(closest[best]),
        probe_score=(probe.score or 0.0) if probe.support is Support.SUPPORTED else 0.0,
        found=any(r.support in {Support.SUPPORTED, Support.UNCHECKED} for r in rulings)
        or any(_share(said, passage.text) >= TOO_NEAR for passage in closest),
    )


def extract(passage: Passage) -> Extract:
    """A whole passage as evidence."""
    source = passage.source
    return Extract(
        text=passage.text,
        title=source.title,
        publisher=source.publisher,
        published=source.published,
    )


def whole(passage: Passage) -> Citation:
    """Cite all of a passage."""
    return Citation(
        source=passage.source.id,
        passage=passage.id,
        start=passage.start,
        end=passage.end,
        quote=passage.text,
    )


def shortfall(certificate: Certificate) -> str | None:
    """Why an absence sentence may not stand on this certificate, or None."""
    if certificate.found:
        return "a passage in the library says it, or comes too near to be told from saying it"
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
