"""Who is named instead: an office or a deed that the evidence gives to somebody else."""

import re

from agent.checks.names import LINKS, TITLES, Name, names, same
from agent.checks.normalise import STOP, content, plain, stem, words
from agent.checks.reading import Line, Reading

_OFFICES = frozenset(
    """president mayor governor gov senator sen rep representative congressman congresswoman judge
    justice minister secretary commissioner ambassador sheriff""".split()  # noqa: SIM905
)
"""Titles that one person holds and another does not."""
_IRREGULAR = frozenset(
    """beat bit bought caught chose drew drove fed fought gave hit hurt led left lent lost paid sent
    shook shot sold struck stole taught threw told took won""".split()  # noqa: SIM905
)
_BY = re.compile(r"\b(\w+) by (?:the )?$")
_SAME_DEED = 0.6
"""Share of what is said to be done by somebody that a sentence must have to tell of it."""
_BESIDE = 40
"""Characters around a name within which its office may stand ("Kim, the city's mayor")."""


def named_instead(claim: str, name: Name, reading: Reading) -> tuple[str, Line] | None:
    """Find the name that the evidence has where the claim has this one, and the line.

    Two places tell: before the name an office that only others of the evidence hold ("Judge Kim"),
    and "by" after a past participle whose like the evidence has with another name only.
    """
    return _other_holder(name, reading) or _other_agent(claim, name, reading)


def own_stems(name: Name) -> frozenset[str]:
    """Give the stems of a name without titles."""
    return frozenset(stem(t) for t in name.tokens if t not in TITLES | LINKS)


def is_past(word: str) -> bool:
    """A past form; nouns between two names ("Smith, lawyer of Jones") turn freely."""
    low = plain(word)
    return low not in STOP and ((low.endswith("ed") and len(low) > 3) or low in _IRREGULAR)


def _other_holder(name: Name, reading: Reading) -> tuple[str, Line] | None:
    office, who = _OFFICES & set(name.tokens[:1]), own_stems(name)
    if not office or not who:
        return None
    met, others = False, list[tuple[str, Line]]()
    for line in reading.lines:
        told = words(line.text)
        for other in names(line.text):
            if who & own_stems(other):
                met = True
                if office <= {plain(w) for w, *at in told if _beside(other, *at)}:
                    return None
            elif office <= set(other.tokens[:1]) and own_stems(other):
                others.append((line.text[other.start : other.end], line))
    return others[0] if met and others else None


def _other_agent(claim: str, name: Name, reading: Reading) -> tuple[str, Line] | None:
    led = _BY.search(claim[: name.start])
    if led is None or not is_past(led[1]):
        return None
    verb, wanted = stem(led[1]), frozenset(content(claim[: led.end()]))
    found = None
    for line in (line for line in reading.lines if verb in line.stems):
        for other in names(line.text):
            if same(name, other):
                return None
            by = _BY.search(line.text[: other.start])
            if by and stem(by[1]) == verb and reading.overlap(wanted, line) >= _SAME_DEED:
                found = line.text[other.start : other.end], line
    return found


def _beside(name: Name, start: int, end: int) -> bool:
    return name.start - _BESIDE <= start and end <= name.end + _BESIDE
