"""What each source says of the claim, read from the source's own sentences.

Every sentence of the evidence is read by rule (`agent.stance`); what speaks for the claim counts
only where exact checks see no opposite polarity and the judge does not find the claim contradicted.
A source takes the side of its words; its own word goes before what it reports somebody to say.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agent.checks import negation
from agent.checks.frames import frames
from agent.checks.reading import Reading
from agent.claims import read
from agent.claims.opposite import DENYING
from agent.ports import Entailment
from agent.stance import Said, by_rule, proposition
from agent.types import Citation, Claim, Extract, Outcome, SourceStance, Stance
from agent.verdict.holders import holder_of
from retrieval.sentences import sentences
from retrieval.types import Passage

CONTRADICTED: Final = -0.3
"""P(supported) - P(contradicted), the mean of three readings, from which down the judge refuses
what the rules take for words for the claim."""
BOTH: Final = 0.1
"""How near the judge must find the words on either side for a source to hold both."""


@dataclass(frozen=True)
class _Line:
    """A sentence that takes a side, and who holds it."""

    passage: Passage
    start: int
    end: int
    before: str
    side: Stance
    holder: str

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]

    @property
    def together(self) -> str:
        return f"{self.before} {self.text}".strip()

    def citation(self) -> Citation:
        return Citation.of(self.passage, self.start, self.end)


def read_stances(
    claim: Claim, passages: Sequence[Passage], entailment: Entailment
) -> tuple[SourceStance, ...]:
    """Read what each source of `passages` says of the claim; nothing for an open question.

    Args:
        claim: what is asked about.
        passages: of any sources.
        entailment: the judge.

    Returns:
        One stance a source, in the order in which the sources first appear.

    Raises:
        EmbeddingFailed: the judge cannot be read or run.
    """
    if denied := DENYING.match(claim.text):
        inner = read_stances(read(denied[1]), passages, entailment)
        return tuple(_turned(stance) for stance in inner)
    found = list(_lines(claim, passages)) if claim.gets_verdict else []
    leans = _leans(claim.text, found, entailment)
    kept: dict[str, list[tuple[_Line, float]]] = {p.source.id: [] for p in passages}
    for line, lean in zip(found, leans, strict=True):
        if not _refused(claim.text, line, lean):
            kept[line.passage.source.id].append((line, lean))
    return tuple(_stance(source, lines) for source, lines in kept.items())


def _turned(stance: SourceStance) -> SourceStance:
    """The same words beside the opposite claim."""
    sides = {Stance.FOR: Stance.AGAINST, Stance.AGAINST: Stance.FOR}
    side = sides.get(stance.stance, stance.stance)
    score = None if stance.score is None else -stance.score
    return SourceStance(**{**dict(stance), "stance": side, "score": score})


def _lines(claim: Claim, passages: Sequence[Passage]) -> Iterator[_Line]:
    """Every sentence that takes a side by rule."""
    known, told = proposition(claim), bool(frames(claim.text))
    for passage in passages:
        before = ""
        for start, end in sentences(passage.text):
            text = passage.text[start:end]
            side = by_rule(claim, known, Said.of(text, passage, passage.start + start))
            if side not in {None, Stance.NEITHER}:
                holder = "" if told else holder_of(text, passage.source)
                yield _Line(passage, start, end, before, side, holder)
            before = text


def _leans(claim: str, lines: Sequence[_Line], entailment: Entailment) -> list[float]:
    """P(supported) - P(contradicted) of the claim, the mean over sentence, both, and passage."""
    asked = [
        (window, claim) for one in lines for window in (one.text, one.together, one.passage.text)
    ]
    if not asked:
        return []
    read = entailment.probabilities(asked).reshape(-1, 3, 3)
    return [float(lean) for lean in (read[:, :, 0] - read[:, :, 1]).mean(axis=1)]


def _refused(claim: str, line: _Line, lean: float) -> bool:
    """Whether words that the rules take for the claim say the opposite."""
    if line.side is not Stance.FOR:
        return False
    checked = negation.check(claim, Reading([Extract.of(line.together, line.passage.source)]))
    return lean <= CONTRADICTED or checked.outcome is Outcome.VIOLATED


def _stance(source: str, lines: Sequence[tuple[_Line, float]]) -> SourceStance:
    """The side of the strongest words: of the source's own, else of those it reports."""
    own = [found for found in lines if not found[0].holder] or list(lines)
    ordered = sorted(own, key=_strength)
    if not ordered:
        return SourceStance(source=source, stance=Stance.NEITHER)
    first, lean = ordered[0]
    side, shown = first.side, [first]
    other = next((f for f in ordered if {f[0].side, side} == {Stance.FOR, Stance.AGAINST}), None)
    if other and _toward(*other) >= _toward(first, lean) - BOTH:
        side, shown = Stance.BOTH, [first, other[0]]
    return SourceStance(
        source=source,
        stance=side,
        words=tuple(line.citation() for line in shown),
        holder=first.holder,
        score=round(lean, 4),
    )


def _strength(found: tuple[_Line, float]) -> tuple[int, float]:
    """Plain words go before what may be so; then what the judge finds stronger."""
    line, lean = found
    return line.side is Stance.PARTLY, -_toward(line, lean)


def _toward(line: _Line, lean: float) -> float:
    """How far the judge goes with the rules."""
    return -lean if line.side in {Stance.AGAINST, Stance.BOTH} else lean
