"""A verb that the evidence hedges, or tells as planned, may not be told as done."""

import re
from collections.abc import Iterator

from agent.checks.frames import frames
from agent.checks.normalise import content, fold, stem, stems, words
from agent.checks.reading import Reading

_HEDGED = re.compile(
    r"\b(?:(?-i:may)(?! \d)|might|could|would|should|apparently|possibly|probably|reportedly"
    r"|allegedly|supposedly|(?:appear|seem)(?:s|ed)? to"
    r"|(?:is|are|was|were) (?:(?:due|set|expected|scheduled|supposed|likely|about) )?to"
    r"|(?:plan(?:s|ned)|intend(?:s|ed)?|hope[sd]?|expect(?:s|ed)?) to)"
    r" (?:(?:have|be|been|also|soon|then|now|further|later|at least) )*"
    r"(?P<verb>(?!(?:not|have|been|itself|also)\b)[a-z]{3,})",
    re.IGNORECASE,
)
_SAID = ("reportedly", "allegedly", "supposedly")
"""Hedges that naming who says so makes good."""
_BEFORE = re.compile(
    r"(?:\b(?:(?-i:may)|might|can|could|will|would|should|must|to|if|whether|not|no|never|nor|without"
    r"|appear\w*|seem\w*|suggest\w*|claim\w*|alleg\w*|apparent\w*|possib\w*|probab\w*|likely"
    r"|reported\w*|suppos\w*|uncertain|unclear|plan\w*|expect\w*|hop\w+|think\w*|believ\w*)"
    r"|n't)\b",
    re.IGNORECASE,
)
"""What before a verb keeps it from being told as done."""
_WITHIN = 45
"""Characters before a verb in which it stands, and behind it for what the verb is about."""
_ABOUT = 3
"""Content words behind a verb that say what it is about."""


def unhedged(claim: str, reading: Reading) -> tuple[str, str] | None:
    """Find a verb that the claim tells as done and the evidence only hedged.

    Both say it of the same thing: one of the next content words is the same. A sentence of the
    evidence that tells it as done as well makes it good.

    Returns:
        The hedged words, and the sentence that they stand in.
    """
    flat, attributed = fold(claim), bool(frames(claim))
    verbs = frozenset(stems(flat))
    for line in reading.lines:
        for m in _HEDGED.finditer(line.text):
            verb = stem(m["verb"].lower())
            if verb not in verbs or (attributed and m[0].casefold().startswith(_SAID)):
                continue
            about = _about(line.text, m.end())
            if not any(about & told for told in _told(flat, verb)):
                continue
            if not any(about & told for other in reading.lines for told in _told(other.text, verb)):
                return m[0], line.text
    return None


def _told(text: str, verb: str) -> Iterator[set[str]]:
    """Give what each use of a verb as done is about."""
    for word, start, end in words(text):
        if stem(word) == verb and not _BEFORE.search(text[max(0, start - _WITHIN) : start]):
            yield _about(text, end)


def _about(text: str, end: int) -> set[str]:
    return set(content(text[end : end + _WITHIN])[:_ABOUT])
