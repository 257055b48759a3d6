"""The stance of each source towards the claim, from its own words, and who holds it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agent.checks.evidence_text import EvidenceText
from agent.checks.negation import check_negation
from agent.claims import read_claim
from agent.claims.opposite import DENYING
from agent.language.lexicon import pattern
from agent.language.orders import gives_orders
from agent.language.phrases import INSTITUTION
from agent.language.reported_speech import (
    ReportingClause,
    opens,
    reaches_back,
    reporting_clauses,
)
from agent.language.text import content_stems
from agent.ports import NliModel
from agent.stance import SourceSentence, proposition, stance_by_rules
from agent.stance.cues import DENIAL, MENTION
from agent.types import Citation, Claim, EvidenceSpan, Outcome, SourceStance, Stance
from retrieval.sentences import split_sentences
from retrieval.types import Passage, Source

OPPOSITE: Final = {Stance.FOR: Stance.AGAINST, Stance.AGAINST: Stance.FOR}
OWN_VIEW: Final = pattern(
    r"{reporting.contesting}|{reporting.statements}|(?:supposed|purported|so-called|critics?)",
    re.IGNORECASE,
)
"""Words that make what follows a party's own view, whoever the party is."""
SUBJECT: Final = re.compile(
    r"^(?:[^,;:]*[,;:] )*(?P<who>[^,;:]+?)(?: (?:had|has|have|also|later))?$"
)
"""Who speaks, before the verb."""
PERSON: Final = re.compile(r"\b(?:[A-Z][\w'’.-]+ )+[A-Z][\w'’-]+$")
NAMED_CLAIM: Final = re.compile(
    r"(?:^|\b(?:the|this|these|that|those|such|any|all|an?|online|viral|false) )$", re.IGNORECASE
)
"""What stands before "claim" where it is a noun."""
HEARSAY: Final = pattern(r"(?:the )?{reporting.tellers}\b", re.IGNORECASE)
BODY: Final = re.compile(rf"\b(?:{INSTITUTION}|[A-Z]{{2,6}}|Police|News)\b")


def holder_of(text: str, source: Source) -> str:
    """Who holds what the sentence says; nothing where its publisher does.

    What a person says, and what anybody claims, believes or alleges, is that person's; what a
    court, an agency or a study is reported to have found is what its publisher goes by.
    """
    for frame in reporting_clauses(text):
        if frame.document or not (opens(frame, text) or reaches_back(frame, text)):
            continue
        if _rejected(text, frame):
            continue
        who = _speaker(text, frame)
        if set(content_stems(who)) & set(content_stems(source.publisher)):
            continue
        if OWN_VIEW.match(text[frame.start : frame.end]):
            return who or "somebody"
        if HEARSAY.match(who) or (PERSON.search(who) and not BODY.search(who)):
            return who
    return ""


def _rejected(text: str, frame: ReportingClause) -> bool:
    """Whether the frame names what the sentence itself rules on: "the claim that ... is false"."""
    return bool(NAMED_CLAIM.search(text, 0, frame.start)) and any(
        mention.start() <= frame.start < mention.end() and DENIAL.search(text, mention.start())
        for mention in MENTION.finditer(text)
    )


def _speaker(text: str, frame: ReportingClause) -> str:
    """The words that name who speaks; none of a claim that nobody is said to make."""
    if NAMED_CLAIM.search(text, 0, frame.start):
        return ""
    if text[frame.start : frame.end].casefold() == "according to":
        return re.split(r"[,;:.]", text[frame.end :], maxsplit=1)[0].strip()
    before = text[: frame.start].strip()
    if reaches_back(frame, text) and before.endswith(","):
        return text[frame.end :].strip(" .,") or before.rpartition(",")[0].rpartition(",")[2]
    found = SUBJECT.match(before)
    return found["who"].strip() if found else ""


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


class EmbeddedStances:
    """Reads the sentences of each source by rules, with the judge's refusal."""

    def __init__(self, nli: NliModel) -> None:
        self._nli = nli

    def read(self, claim: Claim, passages: Sequence[Passage]) -> tuple[SourceStance, ...]:
        """As `read_stances`."""
        return read_stances(claim, passages, self._nli)


def read_stances(
    claim: Claim, passages: Sequence[Passage], nli: NliModel
) -> tuple[SourceStance, ...]:
    """Read what each source of `passages` says of the claim; nothing for an open question.

    Args:
        claim: what is asked about.
        passages: of any sources.
        nli: the judge.

    Returns:
        One stance a source, in the order in which the sources first appear.

    Raises:
        EmbeddingFailed: the judge cannot be read or run.
    """
    if denied := DENYING.match(claim.text):
        inner = read_stances(read_claim(denied[1]), passages, nli)
        return tuple(_turned(stance) for stance in inner)
    found = list(_lines(claim, passages)) if claim.gets_verdict else []
    leans = _leans(claim.text, found, nli)
    kept: dict[str, list[tuple[_Line, float]]] = {p.source.id: [] for p in passages}
    for line, lean in zip(found, leans, strict=True):
        if not _refused(claim.text, line, lean):
            kept[line.passage.source.id].append((line, lean))
    return tuple(_stance(source, lines) for source, lines in kept.items())


def _turned(stance: SourceStance) -> SourceStance:
    """The same words beside the opposite claim."""
    side = OPPOSITE.get(stance.stance, stance.stance)
    score = None if stance.score is None else -stance.score
    return SourceStance(**{**dict(stance), "stance": side, "score": score})


def _lines(claim: Claim, passages: Sequence[Passage]) -> Iterator[_Line]:
    """Every sentence that takes a side by rule."""
    known, told = proposition(claim), bool(reporting_clauses(claim.text))
    for passage in passages:
        before = ""
        for start, end in split_sentences(passage.text):
            text = passage.text[start:end]
            if gives_orders(text):
                continue
            side = stance_by_rules(
                claim, known, SourceSentence.of(text, passage, passage.start + start)
            )
            if side not in {None, Stance.NEITHER}:
                holder = "" if told else holder_of(text, passage.source)
                yield _Line(passage, start, end, before, side, holder)
            before = text


def _leans(claim: str, lines: Sequence[_Line], nli: NliModel) -> list[float]:
    """P(supported) - P(contradicted) of the claim, the mean over sentence, both, and passage."""
    asked = [
        (window, claim) for one in lines for window in (one.text, one.together, one.passage.text)
    ]
    if not asked:
        return []
    read = nli.probabilities(asked).reshape(-1, 3, 3)
    return [float(lean) for lean in (read[:, :, 0] - read[:, :, 1]).mean(axis=1)]


def _refused(claim: str, line: _Line, lean: float) -> bool:
    """Whether words that the rules take for the claim say the opposite."""
    if line.side is not Stance.FOR:
        return False
    checked = check_negation(
        claim, EvidenceText([EvidenceSpan.of(line.together, line.passage.source)])
    )
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


SAME: Final = 0.5
"""P(carried), either way, from which two claims are the same."""


def same_claim(one: str, other: str, nli: NliModel) -> bool:
    """Whether each claim carries the other, by the judge; equal words are the same claim.

    Raises:
        EmbeddingFailed: the judge cannot be read or run.
    """
    if one.casefold().rstrip(".?! ") == other.casefold().rstrip(".?! "):
        return True
    read = nli.probabilities([(one, other), (other, one)])
    return bool(read[:, 0].min() >= SAME)
