"""Clauses of a long sentence, with their place in it."""

import re

from agent.language.normalise import fold

LONG = 25
"""Words up to which only a semicolon divides a sentence."""
_LEAST = 4
"""Words that a clause must have on either side of a joint."""
_JOINT = re.compile(
    r";\s+|:\s+(?=\")|\s+--?\s+|(?<=\w)\u2014(?=\w)"
    r"|,\s+(?=(?:and|but|while|whereas|although|though|which|who|yet|or|so|because|where)\s)"
    r"|\s+(?=(?:but|while|whereas|although)\s)"
)
_HIDDEN = re.compile(r'"[^"]*"|\([^)]*\)|\[[^\]]*\]')
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|do|does|did|will|would|can|could|may|might|must"
    r"|shall|should|cannot|isn't|aren't|wasn't|weren't|hasn't|haven't|hadn't|don't|doesn't|didn't"
    r"|won't|says?|said|told|tells?|found|finds?|made|makes?|took|takes?|gave|gives?|went|goes"
    r"|came|comes?|saw|sees?|knew|knows?|thought|thinks?|got|gets?|held|holds?|kept|keeps?|led"
    r"|leads?|left|leaves?|lost|paid|pays|won|wins|wrote|writes?|began|begins?|brought|brings?"
    r"|bought|built|sent|sends?|spent|spoke|speaks|showed|shows|drew|draws|grew|grows?|ran|runs"
    r"|fell|falls?|rose|rises?|became|becomes?|put|puts|set|sets|cut|cuts|met|meets|sued"
    r"|remains?|includes?|requires?|allows?|wants?|needs?|calls?|means?|stands?|bans?|rules?"
    r"|[a-z]{2,}(?:ed|ises|izes|ates))\b",
    re.IGNORECASE,
)


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
        full = [_VERB.search(side) is not None for side in sides]
        divides = any(full) if joint[0].startswith(";") else long and all(full)
        if divides and min(len(side.split()) for side in sides) >= _LEAST:
            spans.append(_trim(sentence, start, joint.start()))
            start = joint.end()
    return [*spans, _trim(sentence, start, len(sentence))]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    return left, left + len(piece.strip())
