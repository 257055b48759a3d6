"""The stance of one sentence of a source towards a claim, by rules."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

from agent.checks import CHECKS
from agent.checks.evidence_text import EvidenceText
from agent.claims import read_claim
from agent.language.text import lemma, tokens
from agent.stance.concepts import Concept, concepts, opposite
from agent.stance.cues import (
    ALL,
    ALLOWED,
    CHANGE,
    CUE,
    DECADE,
    DENIAL,
    DENIED,
    DOUBT,
    FIGURE,
    FIGURES,
    HALF,
    MANY,
    MENTION,
    MUTUAL,
    NEGATION,
    NOTHING,
    PARTS,
    PERCENT,
    SILENCE,
    SINCE,
    SPEAKER,
    TOLD,
    WEAKER,
    YEAR,
)
from agent.stance.polarity import (
    find_denial,
    is_barred,
    is_hedged,
    is_left_open,
    negations_of,
)
from agent.stance.proposition import (
    COUNTRIES,
    Proposition,
    acts,
    is_dated,
    is_figure,
    names_another_kind,
    names_another_party,
    names_of,
    nearest,
    party_is_named,
    proposition,
)
from agent.types import CheckResult, Claim, EvidenceSpan, Outcome, Stance
from retrieval.sentences import split_sentences
from retrieval.types import Passage


@dataclass(frozen=True)
class SourceSentence:
    """A sentence of a source.

    Attributes:
        text: the sentence.
        source: title and publisher.
        context: the sentence of the source before the words cited.
        passage: the words around them.
        year: of publication, or nothing.
        kind: of source.
    """

    text: str
    source: str = ""
    context: str = ""
    passage: str = ""
    year: str = ""
    kind: str = ""

    @classmethod
    def of(cls, text: str, passage: Passage, start: int) -> Self:
        """What a passage says with some of its words; `start` is their place in the snapshot."""
        before = passage.text[: max(0, start - passage.start)].rsplit("\n", 1)[-1]
        spans = split_sentences(before)
        source = passage.source
        return cls(
            text=text,
            source=f"{source.title} {source.publisher}",
            context=before[spans[-1][0] :] if spans else "",
            passage=passage.text,
            year=str(source.published.year) if source.published else "",
            kind=source.kind,
        )


SAYS: Final = 0.85
"""Share of the claim's ideas from which a sentence says the claim."""
DENIES: Final = 0.65
"""Share from which a sentence of the opposite polarity denies it: denials repeat less."""
LOCAL: Final = 0.4
"""Share that the part of the sentence with the head must have by itself."""
OWN: Final = 0.65
"""Share that the sentence must have without the title of its source."""
FEWER: Final = 0.4
"""The same where the title has all the rest and the sentence names the subject; and for one
exception to a claim about all."""


def stance_of_statement(claimed: Proposition, said: SourceSentence) -> Stance:
    """Tell whether a sentence says the claim (FOR), its opposite (AGAINST), or neither.

    The title of its source, and the passage around it, name what a sentence leaves out. What is
    told of a clip, or by one person, is not told as a fact.
    """
    text = _made(claimed, said.text)
    if SILENCE.search(text) or not fits_the_time(claimed, said):
        return Stance.NEITHER
    if names_another_kind(claimed, concepts(text)):
        return Stance.NEITHER
    own = names_of(concepts(text)) | _many(claimed, text)
    whole = own | names_of(concepts(said.source))
    if speaks_of_others(claimed, text, whole | names_of(concepts(said.passage))):
        return Stance.NEITHER
    if claimed.share(own) >= OWN:
        whole |= names_of(concepts(said.passage))
    sides: set[Stance] = set()
    for part in PARTS.split(text):
        sides |= _sides(claimed, part, own, whole)
    narrowed = SINCE.search(text) and not SINCE.search(claimed.text)
    if narrowed or is_hearsay(said, claimed.text, text) or is_one_persons_word(said, claimed.text):
        sides -= {Stance.AGAINST if claimed.negated else Stance.FOR, Stance.PARTLY}
    if len(sides) != 1:
        return Stance.NEITHER
    [side] = sides
    return side


def _made(claimed: Proposition, text: str) -> str:
    """What a sentence states itself, without the statements that it only speaks of."""
    mention = MENTION.search(text)
    if mention is None or MENTION.search(claimed.text):
        return text
    around = f"{text[: mention.start()]}{mention['noun']}{text[mention.end() :]}"
    turned = DENIAL.search(text) or any(map(CUE.fullmatch, tokens(text[: mention.start()])))
    return text if turned else around


def speaks_of_others(claimed: Proposition, text: str, around: set[str]) -> bool:
    """Whether it speaks of somebody else than the claim."""
    unmet = (not party_is_named(name, around) for name in claimed.named if not name <= COUNTRIES)
    return any(unmet) or any(names_another_party(name, text) for name in claimed.named)


def fits_the_time(claimed: Proposition, said: SourceSentence) -> bool:
    """Whether it speaks of the years of the claim; without a year, of those named around it."""
    years, own = set(YEAR.findall(claimed.text)), set(YEAR.findall(said.text))
    around = set(YEAR.findall(f"{said.source} {said.passage}")) or {said.year}
    told = sorted(own)
    for decade in DECADE.findall(claimed.text):  # "1998 to 2012" has the 2000s in it
        if told and not told[0][:3] <= decade <= told[-1][:3]:
            return False
    same = years <= own or own <= years
    return years <= own | around and (not own or not years or same)


def is_hearsay(said: SourceSentence, claim: str, text: str | None = None) -> bool:
    """Whether a sentence only tells of a statement, a clip or a rumour that the claim may be.

    Args:
        said: the sentence.
        claim: what it speaks of by itself is no sign.
        text: of the sentence, where some of it is left out.
    """
    here = f"{said.context} {said.text if text is None else text}"
    return bool(_tellings(here) - _tellings(claim))


def _tellings(text: str) -> set[str]:
    return {lemma(found.lower()) for found in TOLD.findall(text)}


def is_one_persons_word(said: SourceSentence, claim: str) -> bool:
    speaker = SPEAKER.search(said.text)
    if speaker is None:
        return False
    names = {word for word in tokens(speaker["name"]) if word != "the"}
    return not names & {*tokens(said.source), *tokens(claim)}


def _many(claimed: Proposition, text: str) -> set[str]:
    """Words for many that a number of the sentence bears out."""
    figures = [int(n.replace(",", "")) for n in re.findall(r"\b\d{1,3}(?:,\d{3})*\b", text)]
    largest = max(figures, default=0)
    return {word for word, least in MANY.items() if word in claimed.concepts and largest >= least}


@dataclass(frozen=True)
class _Part:
    """One part of a sentence, with the ideas of the sentence and of what stands around it."""

    words: Sequence[str]
    here: Sequence[Concept]
    denies: bool
    own: set[str]
    whole: set[str]


def _sides(claimed: Proposition, text: str, own: set[str], whole: set[str]) -> set[Stance]:
    """Read one part of a sentence: what each mention of the head or its opposite amounts to."""
    denies = bool(DENIAL.search(text)) and not DENIAL.search(claimed.text)
    part = _Part(tokens(text), concepts(text), denies, own, whole)
    if claimed.share(names_of(part.here)) < LOCAL or claimed.share(own) < FEWER:
        return set()
    if reversed_in(claimed, part.words, part.here):
        return set()
    weaker = WEAKER.get(claimed.head, frozenset()) if claimed.before & whole else frozenset()
    found: set[Stance] = set()
    since = 0
    for idea in part.here:
        if idea.name in {claimed.head, opposite(claimed.head), *weaker}:
            cues = negations_of(part.words, part.here, idea, since, claimed.actor)
            if idea.name not in weaker or cues or denies:
                found.add(_side(claimed, part, idea, cues))
            since = idea.end
    return found - {Stance.NEITHER}


def _side(claimed: Proposition, part: _Part, head: Concept, cues: Sequence[int]) -> Stance:
    """What one mention amounts to, with the words that deny it."""
    without = any(part.words[n] == "without" for n in cues)
    denies = (len(cues) > without or part.denies) != without
    if is_barred(part.words, cues) and not ALLOWED.search(claimed.text):
        return Stance.NEITHER
    share = claimed.share(part.whole)
    enough = claimed.share(part.own) >= OWN or (share >= SAYS and bool(claimed.before & part.own))
    says = enough and share >= SAYS and _covers(claimed, part.own)
    if not denies and is_left_open(part.words, head):
        may = says and not claimed.negated and is_hedged(part.words, head)
        return Stance.PARTLY if may else Stance.NEITHER
    if (denies + (head.name == opposite(claimed.head)) + claimed.negated) % 2:
        apart = claimed.sweeping or (enough and share >= DENIES)
        same = claimed.figures <= part.own or not any(map(is_figure, part.own))
        return Stance.AGAINST if apart and same else Stance.NEITHER
    return Stance.FOR if says else Stance.NEITHER


def reversed_in(claimed: Proposition, words: Sequence[str], here: Sequence[Concept]) -> bool:
    """Whether the sides have changed places: whom the claim acts on acts here."""
    head = next((i for i in here if i.name in {claimed.head, opposite(claimed.head)}), None)
    if claimed.head in MUTUAL or head is None:
        return False
    one, other = nearest(here, claimed.actor, head), nearest(here, claimed.target, head)
    return one is not None and other is not None and not acts(words, one, other, head)


def _covers(claimed: Proposition, own: set[str]) -> bool:
    """Whether it says so of the same subject and of as much of it."""
    subject = not claimed.before or bool(claimed.before & own)
    return subject and (not claimed.sweeping or bool(own & ALL))


NAMED: Final = 0.50
"""Share of the claim's ideas that a denial must name to be a denial of it, its head among them."""
ALMOST: Final = 0.75
"""The same without the head."""
TURNED: Final = {
    Stance.FOR: Stance.AGAINST,
    Stance.AGAINST: Stance.FOR,
    Stance.PARTLY: Stance.NEITHER,
    Stance.NEITHER: Stance.NEITHER,
}
"""What it is to deny what takes a side."""
LEAST: Final = 3
"""Words beside the figure that make a claim recognisable."""
TELLING: Final = FIGURES | {"roles"}
"""Exact checks of which a violation tells that a sentence says something else."""


def stance_by_rules(claim: Claim, known: Proposition | None, said: SourceSentence) -> Stance | None:
    """What the rules make of it; None where they leave it open."""
    if SILENCE.search(said.text):
        return Stance.NEITHER
    if heard := SPEAKER.search(claim.text):
        return _of_a_speaker(heard, said)
    if turned := find_denial(said.text):
        return _turned(claim, known, replace(said, text=turned.what))
    if known and _half(known, said):
        return Stance.BOTH
    if _denies(claim, known, said):
        return Stance.AGAINST
    return _plain(claim, known, said)


def _half(known: Proposition, said: SourceSentence) -> bool:
    """Whether a fact-check of this claim rules that it is half true."""
    about = names_of(concepts(f"{said.source} {said.text}"))
    checks = said.kind == "fact-check" and bool(HALF.search(said.text))
    if not checks or known.head not in about or not fits_the_time(known, said):
        return False
    return known.share(about) >= SAYS


def _of_a_speaker(heard: re.Match[str], said: SourceSentence) -> Stance | None:
    """Of a claim that somebody said something: only what that person is told to have said."""
    found = SPEAKER.search(said.text)
    if not (heard["what"] and found and found["what"]):
        return Stance.NEITHER
    if not set(tokens(heard["name"])) & set(tokens(found["name"])):
        return Stance.NEITHER
    inner = read_claim(heard["what"])
    side = _plain(inner, proposition(inner), replace(said, text=found["what"]))
    return side or Stance.NEITHER


def _turned(claim: Claim, known: Proposition | None, said: SourceSentence) -> Stance:
    """Of a sentence that denies a statement: the other side than the statement's own."""
    if known is None:
        return Stance.NEITHER
    whole = any(is_figure(i.name) for i in concepts(said.text))
    side = stance_of_statement(known if whole else known.bare(), said)
    if side is Stance.FOR and whole and violated_checks(claim, said.text):
        return Stance.NEITHER
    return TURNED[side]


def _plain(claim: Claim, known: Proposition | None, said: SourceSentence) -> Stance | None:
    side = stance_of_statement(known, said) if known else None
    if side in {Stance.AGAINST, Stance.PARTLY}:
        return side
    says = side is Stance.FOR
    alike = bool(
        known and (says or FIGURE.search(claim.text)) and _says_all_but_a_figure(known, said)
    )
    checks = violated_checks(claim, said.text) if says or alike else []
    if known and alike and _other_figure(known, said, checks):
        return Stance.AGAINST
    if says:
        return Stance.NEITHER if checks else side
    return Stance.NEITHER if is_one_persons_word(said, claim.text) else None


def violated_checks(claim: Claim, text: str) -> list[CheckResult]:
    """What of the figures and roles of the claim the exact checkers miss in the sentence."""
    reading = EvidenceText((EvidenceSpan(text=text),))
    found = (look(claim.text, reading) for name, look in CHECKS.items() if name in TELLING)
    return [c for c in found if c.outcome is Outcome.VIOLATED]


def _other_figure(known: Proposition, said: SourceSentence, checks: Sequence[CheckResult]) -> bool:
    """Whether the figure is another one: the same thing cannot have two at one time."""
    figures = [c for c in checks if c.name in FIGURES]
    words, here = tokens(said.text), concepts(said.text)
    theirs = {i.name for i in here if is_figure(i.name) and not is_dated(words, i)}
    one_each = len(known.figures) == len(theirs) == 1
    return bool(figures) and (one_each or all(c.evidence is not None for c in figures))


def _says_all_but_a_figure(known: Proposition, said: SourceSentence) -> bool:
    """Whether a sentence says the whole claim of the same thing, figures aside."""
    here = concepts(said.text)
    own = names_of(here)
    rest = known.concepts - known.figures
    if len(rest) < LEAST or not rest <= own or not _of_one_kind(known, said.text, own):
        return False
    if bool(NEGATION.search(known.text)) != bool(NEGATION.search(said.text)):
        return False
    if _denial(said.text) or speaks_of_others(known, said.text, own):
        return False
    return not reversed_in(known, tokens(said.text), here)


def _of_one_kind(known: Proposition, text: str, own: set[str]) -> bool:
    """Whether its figures may be of the same thing: no change or year that the claim lacks."""
    dated_only_here = bool(YEAR.search(text)) and not YEAR.search(known.text)
    change_only_here = bool(CHANGE & own) and not CHANGE & known.concepts
    same_unit = bool(PERCENT.search(text)) == bool(PERCENT.search(known.text))
    return same_unit and not dated_only_here and not change_only_here


def _denial(text: str) -> bool:
    return bool(DENIAL.search(text) or NOTHING.search(text))


def _denies(claim: Claim, known: Proposition | None, said: SourceSentence) -> bool:
    text = said.text
    about = DENIED.search(text)
    if known is None or about is None or not _denial(text):
        return False
    if DOUBT.search(claim.text) or NEGATION.search(claim.text):
        return False
    found = concepts(about["what"])
    what = names_of(found)
    around = names_of(concepts(f"{text} {said.source} {said.passage}"))
    if reversed_in(known, tokens(about["what"]), found) or not known.figures <= what:
        return False
    least = NAMED if known.head in what else ALMOST
    return len(known.concepts & what) >= least * len(known.concepts) and not speaks_of_others(
        known, text, around
    )
