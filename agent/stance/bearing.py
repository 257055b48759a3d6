"""Does a sentence say the claim, or its opposite, in other words?

Claim and sentence are compared as ideas (`agent.concepts`). A sentence bears on the claim where a
part of it has what the claim says of its subject (its head) or the opposite of that, and the whole
has most of the other ideas of the claim. Its polarity is counted: negations before the head, one
opposite, a denial around it.
"""

import re
from collections.abc import Sequence
from typing import Final

from agent.stance.concepts import Idea, ideas, opposite
from agent.stance.cues import (
    ALL,
    ALLOWED,
    BARRED,
    CUE,
    DECADE,
    DENIAL,
    HEDGE,
    MANY,
    MENTION,
    MUTUAL,
    NOBODY,
    OPEN,
    PARTS,
    SILENCE,
    SPEAKER,
    TOLD,
    WEAKER,
    YEAR,
)
from agent.stance.proposition import Proposition, denials, figure, names_of
from agent.stance.parties import COUNTRIES, met, mistaken
from agent.stance.roles import acts, nearest
from agent.stance.said import Said
from agent.types import Stance
from agent.words import tokens

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
REACH: Final = 8
"""Tokens before the head in which a negation bears on it."""
BESIDE: Final = 4
"""Tokens before the head in which "possible" belongs to it."""
LISTING: Final = frozenset({"not", "cannot", "never", "neither"})
"""These deny everything in a list that "or" ends: "may not tell, hold, or help"."""
FAR: Final = 16
"""Tokens before the head in which a word leaves it open."""


def bearing(claimed: Proposition, said: Said) -> Stance:
    """Tell whether a sentence says the claim (FOR), its opposite (AGAINST), or neither.

    The title of its source, and the passage around it, name what a sentence leaves out. What is
    told of a clip, or by one person, is not told as a fact.
    """
    text = _made(claimed, said.text)
    if SILENCE.search(text) or not of_the_time(claimed, said):
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
    told = TOLD.search(f"{said.context} {text}") and not TOLD.search(claimed.text)
    if told or one_persons_word(said, claimed.text):
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
    return years <= own | around and (not own or not years or bool(years & own))


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


def _sides(claimed: Proposition, part: str, own: set[str], whole: set[str]) -> set[Stance]:
    """Read one part of a sentence: what each mention of the head or its opposite amounts to."""
    words, here = tokens(part), ideas(part)
    reverse = opposite(claimed.head)
    turned = reversed_in(claimed, words, here)
    if claimed.share(names_of(here)) < LOCAL or claimed.share(own) < FEWER:
        return set()
    share = claimed.share(whole)
    enough = claimed.share(own) >= OWN or (share >= SAYS and bool(claimed.before & own))
    denied = bool(DENIAL.search(part)) and not DENIAL.search(claimed.text)
    found: set[Stance] = set()
    since = 0
    weaker = WEAKER.get(claimed.head, frozenset()) if claimed.before & whole else frozenset()
    for idea in here:
        if idea.name not in {claimed.head, reverse, *weaker}:
            continue
        if not turned:
            cues = [n for n in denials(words, here) if _bears(n, words, since, idea)]
            cues += _lacking(claimed, words, here, idea)
            denies = bool(cues) or denied
            if cues and _barred(words, cues) and not ALLOWED.search(claimed.text):
                continue
            if idea.name in weaker and not denies:
                continue
            if not denies and _left_open(words, idea):
                if _hedged(words, idea) and enough and share >= SAYS and _covers(claimed, own):
                    found |= set() if claimed.negated else {Stance.PARTLY}
                continue
            if (denies + (idea.name == reverse) + claimed.negated) % 2:
                apart = claimed.sweeping or (enough and share >= DENIES)
                apart = apart and (claimed.figures <= own or not any(map(figure, own)))
                found |= {Stance.AGAINST} if apart else set()
            elif enough and share >= SAYS and _covers(claimed, own):
                found.add(Stance.FOR)
        since = idea.end
    return found


def _lacking(
    claimed: Proposition, words: Sequence[str], here: Sequence[Idea], head: Idea
) -> list[int]:
    """Words behind the head that say that who acts is not there: "countries that have no 5G"."""
    return [
        idea.start
        for idea in here
        if idea.start > head.start
        and idea.name in claimed.actor
        and "no" in words[max(0, idea.start - 2) : idea.start]
    ]


def _bears(cue: int, words: Sequence[str], since: int, head: Idea) -> bool:
    """Whether a negation belongs to this mention of the head."""
    if words[cue] == "without":
        return cue > head.start
    listed = words[cue] in LISTING and {"or", "nor"} & set(words[cue : head.start])
    near = (head.start - cue <= REACH or bool(listed)) and cue >= since
    return cue < head.start and (near or words[cue] in NOBODY)


def reversed_in(claimed: Proposition, words: Sequence[str], here: Sequence[Idea]) -> bool:
    """Whether the sides have changed places: whom the claim acts on acts here."""
    head = next((i for i in here if i.name in {claimed.head, opposite(claimed.head)}), None)
    if claimed.head in MUTUAL or head is None:
        return False
    one, other = nearest(here, claimed.actor, head), nearest(here, claimed.target, head)
    return one is not None and other is not None and not acts(words, one, other, head)


def _barred(words: Sequence[str], cues: Sequence[int]) -> bool:
    """Whether all that denies is a rule against it: "may not help"."""
    return all(cue and words[cue - 1] in BARRED for cue in cues)


def _hedged(words: Sequence[str], head: Idea) -> bool:
    """Whether the word that leaves it open says that it may be so: "a possible cause"."""
    return bool(HEDGE & set(words[max(0, head.start - BESIDE) : head.start]))


def _left_open(words: Sequence[str], head: Idea) -> bool:
    """Whether a word before the head leaves open whether it is so."""
    return any(OPEN.fullmatch(word) for word in words[max(0, head.start - FAR) : head.start])


def _covers(claimed: Proposition, own: set[str]) -> bool:
    """Whether it says so of the same subject and of as much of it."""
    subject = not claimed.before or bool(claimed.before & own)
    return subject and (not claimed.sweeping or bool(own & ALL))
