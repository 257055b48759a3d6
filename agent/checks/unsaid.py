"""What the evidence only asks, or only says that it does not say, may not be told as a fact."""

import re

from agent.checks.frames import frames
from agent.checks.normalise import content, fold, stem
from agent.checks.reading import ENOUGH, Reading

_OPEN = re.compile(
    r"\b(?:(?:do|does|did|has|have)(?: not|n't) (?:yet )?"
    r"(?:say|state|tell|report|mention|claim|show|establish|confirm|specify)(?:ed)?(?! so\b)"
    r"(?: (?:that|whether|if))?"
    r"|(?:nowhere|never) (?:says?|states?|said|stated|claims?|claimed)(?: that)?"
    r"|the question (?:of )?(?:whether|if)"
    r"|(?:asked|asks|asking|unclear|unknown|not known|open) (?:whether|if)"
    r"|no (?:report|record|mention|confirmation) (?:of|that))\b",
    re.IGNORECASE,
)
_ITSELF = re.compile(
    r"\b(?:not|no|never|nowhere|none|whether|if|unclear|unknown|asked|asks|question|may|might|could)\b"
    r"|n't\b|\?",
    re.IGNORECASE,
)
"""What a claim that tells the thing as a fact does not have."""
_SHARE = 0.6
"""Share of the claim's words that what is left open must have."""
_MORE = 0.15
"""How much more of the claim another sentence must have, or all of it, to make it good."""
_CHARGED = re.compile(
    r"\b(?:charged with|charges|indict(?:ed|ment)|accused of|arraigned|pleaded not guilty"
    r"|(?:faces?|faced|facing) (?:\w+ ){0,4}(?:counts?|trial))\b",
    re.IGNORECASE,
)
_CONVICTED = stem("convicted")
_JUDGED = re.compile(
    r"(?<!if )\b(?:convict(?:ed|ion|ions|s)|found guilty|pleaded guilty|pled guilty"
    r"|guilty (?:plea|verdict|of)|verdict|sentenced|jailed|imprisoned|prison)\b",
    re.IGNORECASE,
)


def unsaid(claim: str, reading: Reading) -> tuple[str, str] | None:
    """Find what the claim tells as a fact and the evidence leaves open, or knows only as a charge.

    Another sentence that has more of the claim, or all, makes it good; so does a judgment, for a
    conviction.

    Returns:
        The words that leave it open, and the sentence that they stand in.
    """
    flat = fold(claim)
    if _ITSELF.search(flat) or frames(claim):
        return None
    wanted = frozenset(content(flat)) - reading.publishers
    if len(wanted) < 2:
        return None
    return _left_open(wanted, reading) or _only_charged(wanted, reading)


def _left_open(wanted: frozenset[str], reading: Reading) -> tuple[str, str] | None:
    found: tuple[str, str] | None = None
    most = 0.0
    for line in reading.lines:
        for m in _OPEN.finditer(line.text):
            behind = re.split(r";|, (?:but|and)\b", line.text[m.end() :], maxsplit=1)[0]
            share = _shared(wanted, frozenset(content(behind)))
            if share >= _SHARE and share > most:
                most, found = share, (m[0], line.text)
    told = (line for line in reading.lines if not _OPEN.search(line.text))
    if found and all(_shared(wanted, line.content) < min(1.0, most + _MORE) for line in told):
        return found
    return None


def _only_charged(wanted: frozenset[str], reading: Reading) -> tuple[str, str] | None:
    if _CONVICTED not in wanted or any(_JUDGED.search(line.text) for line in reading.lines):
        return None
    for line in reading.lines:
        m = _CHARGED.search(line.text)
        if m and len(wanted & line.content) >= min(ENOUGH, len(wanted) - 1):
            return m[0], line.text
    return None


def _shared(wanted: frozenset[str], given: frozenset[str]) -> float:
    return len(wanted & given) / len(wanted)
