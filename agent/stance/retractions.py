"""Reports that were taken back or corrected later: they speak for nothing any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agent.claims import read_claim
from agent.language.text import content
from agent.stance.polarity import find_denial
from agent.stance.proposition import Proposition, proposition
from agent.stance.rules import SourceSentence, stance_by_rules
from agent.types import Citation, Claim, Stance
from retrieval.sentences import split_sentences
from retrieval.types import Passage, Source

ITSELF: Final = frozenset(
    {"it", "we", "editor", "paper", "newspaper", "journal", "outlet", "agency"}
)
"""Who takes something back and gives no name is the source that says so."""


@dataclass(frozen=True)
class Retraction:
    """A statement that was taken back.

    Attributes:
        claim: the statement.
        known: the same, to be looked for.
        by: words of the name of who takes it back; empty where a figure or an edition is corrected,
            whoever has copied it.
        source: where that is said.
    """

    claim: Claim
    known: Proposition
    by: frozenset[str]
    source: Source

    def covers(self, said: SourceSentence, source: Source) -> bool:
        """Whether a source told, before that, what was taken back: it, or a copy of it."""
        when, told = self.source.published, source.published
        earlier = when is None or told is None or told <= when
        if source.id == self.source.id or not earlier or find_denial(said.text):
            return False
        whose = set(content(f"{source.publisher} {source.syndicated_from or ''}"))
        if self.by and not self.by <= whose:
            return False
        return stance_by_rules(self.claim, self.known, said) is Stance.FOR


def find_retractions(passages: Sequence[Passage]) -> tuple[Retraction, ...]:
    """Every statement that a source of the evidence says was taken back or corrected."""
    found = []
    for passage in passages:
        for start, end in split_sentences(passage.text):
            told = find_denial(passage.text[start:end])
            if told is None or not told.taken_back:
                continue
            claim = read_claim(told.what)
            known = proposition(claim)
            by = frozenset(content(told.by)) if told.by else frozenset()
            if by and by <= ITSELF:
                by = frozenset(content(passage.source.publisher))
            if known is not None:
                found.append(Retraction(claim, known, by, passage.source))
    return tuple(found)


def is_retracted(said: SourceSentence, source: Source, found: Sequence[Retraction]) -> bool:
    """Whether what a source says was taken back later."""
    return any(one.covers(said, source) for one in found)


def retracted_citations(passages: Sequence[Passage]) -> tuple[Citation, ...]:
    """The sentences that their source, or the one that it copies, took back later."""
    back = find_retractions(passages)
    return tuple(
        Citation.of(p, start, end)
        for p in passages
        for start, end in split_sentences(p.text)
        if back
        and is_retracted(SourceSentence.of(p.text[start:end], p, p.start + start), p.source, back)
    )
