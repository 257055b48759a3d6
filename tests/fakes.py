"""Fakes behind the agent's ports: small, honest, in memory."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256

import numpy as np

from agent.claims.fingerprint import fingerprint
from agent.language.text import content
from agent.ports import Probabilities
from agent.store import LATEST, draft_id
from agent.types import CheckResult, Claim, ClaimEvidence, Outcome, Page, Support, Verification
from agent.writers.reading import Reader
from retrieval.types import Filters, Hit, Notice, Passage, Passages, Scope, Source, Vectors

DIMENSION = 256
READ_ON = date(2026, 11, 22)


def source(source_id: str, **changes: object) -> Source:
    """A tier-2 news source; `changes` replace fields."""
    fields = {
        "id": source_id,
        "title": f"Title of {source_id}",
        "publisher": f"Publisher {source_id}",
        "url": f"https://{source_id}.example.org/story",
        "accessed": READ_ON,
        "kind": "news",
        "tier": 2,
        "origin": source_id,
        "vetted_by": "test",
        "sha256": sha256(source_id.encode()).hexdigest(),
    }
    return Source.model_validate(fields | changes)


def passages(of: Source, *paragraphs: str) -> list[Passage]:
    """Consecutive passages of one snapshot."""
    made, start = [], 0
    for paragraph in paragraphs:
        made.append(
            Passage(
                id=f"{of.id}#{start}",
                source=of,
                start=start,
                end=start + len(paragraph),
                text=paragraph,
            )
        )
        start += len(paragraph) + 2
    return made


def embed(texts: Sequence[str]) -> Vectors:
    """Hashed bags of lemmas: texts that share words are near, others are not."""
    rows = np.zeros((len(texts), DIMENSION), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        for word in content(text):
            row[int(sha256(word.encode()).hexdigest()[:8], 16) % DIMENSION] += 1
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.maximum(norms, 1e-9)


class WordsEntailment:
    """Supported as far as the evidence has the words of the claim; its denial is contradicted."""

    id = "words-entailment/1"

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        rows = [_carried(evidence, claim) for evidence, claim in pairs]
        return np.array(rows, dtype=np.float32).reshape(-1, 3)


class SilentEntailment:
    """Finds that nothing says anything."""

    id = "silent-entailment/1"

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        return np.array([(0, 0, 1)] * len(pairs), dtype=np.float32).reshape(-1, 3)


DENIAL = "it is not true that "


def _carried(evidence: str, claim: str) -> tuple[float, float, float]:
    if claim.startswith(DENIAL):
        supported, contradicted, neither = _carried(evidence, claim.removeprefix(DENIAL))
        return contradicted, supported, neither
    words, known = set(content(claim)), set(content(evidence))
    share = len(words & known) / max(1, len(words))
    supported = 0.02 + 0.96 * max(0.0, 2 * share - 1)
    return supported, 0.01, 0.99 - supported


class FakeShelf:
    """A library of a few passages; search is cosine over hashed words.

    A scan gives `block` passages at a time; those in `far` have a vector of nothing at all.
    """

    def __init__(self, held: Sequence[Passage], block: int = 32, far: Collection[str] = ()) -> None:
        self._held, self._block, self._far = list(held), block, far
        self.noticed: list[Notice] = []

    def search(self, query: str, k: int = 8, filters: Filters = Filters()) -> list[Hit]:  # noqa: B008
        held = self._within(filters)
        cosines = embed([p.text for p in held]) @ embed([query])[0]
        hits = [
            Hit(passage=p, score=max(0.0, min(1.0, float(c))), lexical=0.0, dense=float(c))
            for p, c in zip(held, cosines, strict=True)
        ]
        return sorted(hits, key=lambda h: (-h.score, h.passage.id))[:k]

    def scan(self, filters: Filters = Filters()) -> Iterator[tuple[Passages, Vectors]]:  # noqa: B008
        held = self._within(filters)
        for first in range(0, len(held), self._block):
            block = held[first : first + self._block]
            seen = [[p.text not in self._far] for p in block]
            yield Passages.of(block), embed([p.text for p in block]) * np.array(seen, np.float32)

    def scope(self, filters: Filters = Filters()) -> Scope:  # noqa: B008
        held = self._within(filters)
        sources = {p.source.id: p.source for p in held}.values()
        dated = sorted(s.published for s in sources if s.published)
        return Scope(
            passages=len(held),
            sources=len(sources),
            origins=len({s.origin for s in sources}),
            undated=sum(s.published is None for s in sources),
            earliest=dated[0] if dated else None,
            latest=dated[-1] if dated else None,
        )

    def notices(self, source_ids: Collection[str]) -> list[Notice]:
        return [one for one in self.noticed if one.source_id in source_ids]

    def passages(self, source_id: str) -> list[Passage]:
        return [p for p in self._held if p.source.id == source_id]

    def digests(self, source_ids: Sequence[str]) -> dict[str, str]:
        return {p.source.id: p.source.sha256 for p in self._held if p.source.id in source_ids}

    def snapshot(self, source_id: str) -> str:
        return "\n\n".join(p.text for p in self._held if p.source.id == source_id)

    def embed(self, texts: Sequence[str]) -> Vectors:
        return embed(texts)

    def vectors(self, passage_ids: Sequence[str]) -> Vectors:
        texts = {p.id: p.text for p in self._held}
        return embed([texts[i] for i in passage_ids])

    def _within(self, filters: Filters) -> list[Passage]:
        return [p for p in self._held if _in_time(p.source, filters)]


def _in_time(of: Source, filters: Filters) -> bool:
    latest = filters.published_to
    if of.published is None:
        return not filters.dated_only
    return latest is None or of.published <= latest


class WordVerifier:
    """Supported where the evidence has every content word of the claim."""

    name = "words/1"
    threshold = 1.0

    def verify(self, pairs: Sequence[ClaimEvidence]) -> list[Verification]:
        return [self._judge(pair) for pair in pairs]

    def _judge(self, pair: ClaimEvidence) -> Verification:
        known = {w for e in pair.evidence for w in content(f"{e.text} {e.publisher or ''}")}
        missing = [w for w in content(pair.claim) if w not in known]
        share = 1 - len(missing) / max(1, len(content(pair.claim)))
        return Verification(
            support=Support.UNSUPPORTED if missing else Support.SUPPORTED,
            score=share,
            reason=f"not in the evidence: {missing}"
            if missing
            else "all words are in the evidence",
        )


class ScriptedVerifier:
    """Gives the support that was scripted for a claim, else SUPPORTED."""

    name = "scripted/1"
    threshold = 0.5

    def __init__(self, script: Mapping[str, Support], violated: Mapping[str, str] = {}) -> None:
        self._script, self._violated = dict(script), dict(violated)

    def verify(self, pairs: Sequence[ClaimEvidence]) -> list[Verification]:
        return [self._judge(pair.claim) for pair in pairs]

    def _judge(self, claim: str) -> Verification:
        support = self._script.get(claim, Support.SUPPORTED)
        check = self._violated.get(claim)
        checks = (
            (CheckResult(name=check, outcome=Outcome.VIOLATED, detail=f"{check} differ"),)
            if check
            else ()
        )
        return Verification(support=support, score=0.9, reason="scripted", checks=checks)


class MemoryStore:
    """Keeps drafts for one process; for one-shot use and tests."""

    def __init__(self) -> None:
        self._pages: list[tuple[str, Page]] = []

    def keep(self, page: Page) -> str:
        self._pages.append((fingerprint(page.claim), page))
        return draft_id(page)

    def get(self, draft: str) -> Page | None:
        return next((page for _, page in self._pages if draft_id(page) == draft), None)

    def earlier(self, claim: Claim) -> dict[str, Page]:
        found = [page for known, page in reversed(self._pages) if known == fingerprint(claim)]
        latest = sorted(found, key=lambda p: p.question.asked_on, reverse=True)[:LATEST]
        return {draft_id(page): page for page in latest}


READER = Reader(WordsEntailment(), WordVerifier())
"""Reads and judges by words in common."""
