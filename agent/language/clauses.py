"""Clauses of a long sentence, with their place in it."""

import re

from agent.language.lexicon import pattern
from agent.language.text import fold
from agent.language.verbs import has_verb

LONG = 25
"""Words up to which only a semicolon divides a sentence."""
_LEAST = 4
"""Words that a clause must have on either side of a joint."""
_JOINT = pattern(
    r";\s+|:\s+(?=\")|\s+--?\s+|(?<=\w)\u2014(?=\w)|,\s+(?={core.joints}\s)"
    r"|\s+(?=(?:but|while|whereas|although)\s)"
)
_HIDDEN = re.compile(r'"[^"]*"|\([^)]*\)|\[[^\]]*\]')


def clauses(sentence: str) -> list[tuple[int, int]]:
    """Split a sentence where both sides can stand.

    A joint is a semicolon with a known verb on one side, and in a sentence of more than `LONG`
    words a dash, a colon before a quotation, or a comma with a conjunction or relative pronoun,
    with one on either side; outside of quotations and brackets, with `_LEAST` words on either side.

    Returns:
        Character offsets of each clause, in order; the whole sentence where nothing divides it.
    """
    long, flat = len(sentence.split()) > LONG, fold(sentence)
    masked = _HIDDEN.sub(lambda m: f"{m[0][0]}{'x' * (len(m[0]) - 2)}{m[0][-1]}", flat)
    spans, start = [], 0
    for joint in _JOINT.finditer(masked):
        sides = flat[start : joint.start()], flat[joint.end() :]
        full = [has_verb(side) for side in sides]
        divides = any(full) if joint[0].startswith(";") else long and all(full)
        if divides and min(len(side.split()) for side in sides) >= _LEAST:
            spans.append(_trim(sentence, start, joint.start()))
            start = joint.end()
    return [*spans, _trim(sentence, start, len(sentence))]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    return left, left + len(piece.strip())
