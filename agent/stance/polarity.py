"""What turns a mention into its opposite, bars it, or leaves it open."""

from collections.abc import Sequence
from typing import Final

from agent.stance.concepts import Idea
from agent.stance.cues import BARRED, HEDGE, NOBODY, OPEN
from agent.stance.proposition import denials

REACH: Final = 8
"""Tokens before the head in which a negation bears on it."""
FAR: Final = 16
"""Tokens before the head in which a word leaves it open."""
BESIDE: Final = 4
"""Tokens before the head in which "possible" belongs to it."""
LISTING: Final = frozenset({"not", "cannot", "never", "neither"})
"""These deny everything in a list that "or" ends: "may not tell, hold, or help"."""


def denying(
    words: Sequence[str],
    here: Sequence[Idea],
    head: Idea,
    since: int,
    actor: frozenset[str],
) -> list[int]:
    """Places of the words that deny a mention.

    Args:
        words: of the part of the sentence.
        here: its ideas.
        head: the mention.
        since: end of the mention before it.
        actor: ideas of who acts.
    """
    cues = [n for n in denials(words, here) if _bears(n, words, since, head)]
    return cues + _lacking(words, here, head, actor)


def _lacking(
    words: Sequence[str], here: Sequence[Idea], head: Idea, actor: frozenset[str]
) -> list[int]:
    """Words behind the head that say that who acts is not there: "countries that have no 5G"."""
    return [
        idea.start
        for idea in here
        if idea.start > head.start
        and idea.name in actor
        and "no" in words[max(0, idea.start - 2) : idea.start]
    ]


def _bears(cue: int, words: Sequence[str], since: int, head: Idea) -> bool:
    """Whether a negation belongs to this mention of the head."""
    if words[cue] == "without":
        return cue > head.start
    listed = words[cue] in LISTING and {"or", "nor"} & set(words[cue : head.start])
    near = (head.start - cue <= REACH or bool(listed)) and cue >= since
    return cue < head.start and (near or words[cue] in NOBODY)


def barred(words: Sequence[str], cues: Sequence[int]) -> bool:
    """Whether all that denies is a rule against it: "may not help"."""
    return bool(cues) and all(cue and words[cue - 1] in BARRED for cue in cues)


def hedged(words: Sequence[str], head: Idea) -> bool:
    """Whether the word that leaves it open says that it may be so: "a possible cause"."""
    return bool(HEDGE & set(words[max(0, head.start - BESIDE) : head.start]))


def left_open(words: Sequence[str], head: Idea) -> bool:
    """Whether a word before the head leaves open whether it is so."""
    return any(OPEN.fullmatch(word) for word in words[max(0, head.start - FAR) : head.start])
