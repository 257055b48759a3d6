"""Does a sentence say the claim, or its opposite, in other words?

Claim and sentence are compared as ideas (`agent.concepts`). A sentence bears on the claim where a
part of it has what the claim says of its subject (its head) or the opposite of that, and the whole
has most of the other ideas of the claim. Its polarity is counted: negations before the head, one
opposite, a denial around it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agent.stance.compounds import otherwise_named
from agent.stance.concepts import Idea, ideas, opposite
from agent.stance.cues import (
    ALL,
    ALLOWED,
    CUE,
    DECADE,
    DENIAL,
    MANY,
    MENTION,
    MUTUAL,
    PARTS,
    SILENCE,
    SINCE,
    SPEAKER,
    TOLD,
    WEAKER,
    YEAR,
)
from agent.stance.parties import COUNTRIES, met, mistaken
from agent.stance.polarity import barred, denying, hedged, left_open
from agent.stance.proposition import Proposition, figure, names_of
from agent.stance.roles import acts, nearest
from agent.stance.said import Said
from agent.types import Stance
from agent.words import stem, tokens

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


def bearing(claimed: Proposition, said: Said) -> Stance:
    """Tell whether a sentence says the claim (FOR), its opposite (AGAINST), or neither.

    The title of its source, and the passage around it, name what a sentence leaves out. What is
    told of a clip, or by one person, is not told as a fact.
    """
    text = _made(claimed, said.text)
    if SILENCE.search(text) or not of_the_time(claimed, said):
        return Stance.NEITHER
    if otherwise_named(claimed, ideas(text)):
        return Stance.NEITHER
    own = names_of(ideas(text)) | _many(claimed, text)
    whole = own | names_of(ideas(said.source))
    if stranger(claimed, text, whole | names_of(ideas(said.passage))):
        return Stance.NEITHER
    if claimed.share(own) >= OWN:
        whole |= names_of(ideas(said.passage))
    sides: set[Stance] = set()
    for part in PARTS.split(text):
        sides |= _sides(claimed, part, own, whole)
    narrowed = SINCE.search(text) and not SINCE.search(claimed.text)
    if narrowed or told_of(said, claimed.text, text) or one_persons_word(said, claimed.text):
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


def stranger(claimed: Proposition, text: str, around: set[str]) -> bool:
    """Whether it speaks of somebody else than the claim."""
    unmet = (not met(name, around) for name in claimed.named if not name <= COUNTRIES)
    return any(unmet) or any(mistaken(name, text) for name in claimed.named)


def of_the_time(claimed: Proposition, said: Said) -> bool:
    """Whether it speaks of the years of the claim; without a year, of those named around it."""
    years, own = set(YEAR.findall(claimed.text)), set(YEAR.findall(said.text))
    around = set(YEAR.findall(f"{said.source} {said.passage}")) or {said.year}
    told = sorted(own)
    for decade in DECADE.findall(claimed.text):  # "1998 to 2012" has the 2000s in it
        if told and not told[0][:3] <= decade <= told[-1][:3]:
            return False
    same = years <= own or own <= years
    return years <= own | around and (not own or not years or same)


def told_of(said: Said, claim: str, text: str | None = None) -> bool:
    """Whether a sentence only tells of a statement, a clip or a rumour that the claim may be.

    Args:
        said: the sentence.
        claim: what it speaks of by itself is no sign.
        text: of the sentence, where some of it is left out.
    """
    here = f"{said.context} {said.text if text is None else text}"
    return bool(_tellings(here) - _tellings(claim))


def _tellings(text: str) -> set[str]:
    return {stem(found.lower()) for found in TOLD.findall(text)}


def one_persons_word(said: Said, claim: str) -> bool:
    speaker = SPEAKER.search(said.text)
    if speaker is None:
        return False
    names = {word for word in tokens(speaker["name"]) if word != "the"}
    return not names & {*tokens(said.source), *tokens(claim)}


def _many(claimed: Proposition, text: str) -> set[str]:
    """Words for many that a number of the sentence bears out."""
    figures = [int(n.replace(",", "")) for n in re.findall(r"\b\d{1,3}(?:,\d{3})*\b", text)]
    largest = max(figures, default=0)
    return {word for word, least in MANY.items() if word in claimed.ideas and largest >= least}


@dataclass(frozen=True)
class _Part:
    """One part of a sentence, with the ideas of the sentence and of what stands around it."""

    words: Sequence[str]
    here: Sequence[Idea]
    denied: bool
    own: set[str]
    whole: set[str]


def _sides(claimed: Proposition, text: str, own: set[str], whole: set[str]) -> set[Stance]:
    """Read one part of a sentence: what each mention of the head or its opposite amounts to."""
    denied = bool(DENIAL.search(text)) and not DENIAL.search(claimed.text)
    part = _Part(tokens(text), ideas(text), denied, own, whole)
    if claimed.share(names_of(part.here)) < LOCAL or claimed.share(own) < FEWER:
        return set()
    if reversed_in(claimed, part.words, part.here):
        return set()
    weaker = WEAKER.get(claimed.head, frozenset()) if claimed.before & whole else frozenset()
    found: set[Stance] = set()
    since = 0
    for idea in part.here:
        if idea.name in {claimed.head, opposite(claimed.head), *weaker}:
            cues = denying(part.words, part.here, idea, since, claimed.actor)
            if idea.name not in weaker or cues or denied:
                found.add(_side(claimed, part, idea, cues))
            since = idea.end
    return found - {Stance.NEITHER}


def _side(claimed: Proposition, part: _Part, head: Idea, cues: Sequence[int]) -> Stance:
    """What one mention amounts to, with the words that deny it."""
    without = any(part.words[n] == "without" for n in cues)
    denies = (len(cues) > without or part.denied) != without
    if barred(part.words, cues) and not ALLOWED.search(claimed.text):
        return Stance.NEITHER
    share = claimed.share(part.whole)
    enough = claimed.share(part.own) >= OWN or (share >= SAYS and bool(claimed.before & part.own))
    says = enough and share >= SAYS and _covers(claimed, part.own)
    if not denies and left_open(part.words, head):
        may = says and not claimed.negated and hedged(part.words, head)
        return Stance.PARTLY if may else Stance.NEITHER
    if (denies + (head.name == opposite(claimed.head)) + claimed.negated) % 2:
        apart = claimed.sweeping or (enough and share >= DENIES)
        same = claimed.figures <= part.own or not any(map(figure, part.own))
        return Stance.AGAINST if apart and same else Stance.NEITHER
    return Stance.FOR if says else Stance.NEITHER


def reversed_in(claimed: Proposition, words: Sequence[str], here: Sequence[Idea]) -> bool:
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
