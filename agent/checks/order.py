"""What a claim puts first, its evidence may not put last: before and after."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.checks.normalise import content, fold, stem
from agent.checks.reading import LONGEST_LINE, Line, Reading, sides
from agent.types import Check, Outcome

NAME = "order"
_BEFORE = re.compile(
    r"\b(?:before|prior to|ahead of|preced(?:es|ed|ing)(?! by\b)|in (?:anticipation|advance) of"
    r"|(?:was|were|is|are) followed by)\b"
)
_AFTER = re.compile(
    r"\b(?:(?<!named )after(?! all\b)|in the wake of|(?<!by )following(?! (?:is|are)\b)"
    r"|follow(?:s|ed)(?! (?:by|from|up|in|the rules|suit)\b)|(?:was|were|is|are) preceded by)\b"
)
_EARLIER = re.compile(
    r"\b(?:earlier|previously|already|beforehand)(?! (?:than|this|that|today)\b)\b", re.IGNORECASE
)
_LATER = re.compile(r"\b(?:later|subsequently|afterwards?|thereafter)\b", re.IGNORECASE)
_NOT = re.compile(r"(?:\b(?:not|never)|n't)\b[^.;:]*$")
"""Before "until" it makes an "after": what was not known until the review was known after it."""
_BREAK = re.compile(r"[.;:]|, (?:and|but|while|whereas)\b")
_UNTIL = re.compile(r"\b(?:until|till|ending (?:in|on|with))\s+", re.IGNORECASE)
_SINCE = re.compile(r"\b(?:from|since|(?:beginning|starting) (?:in|on|with))\s+", re.IGNORECASE)
_ANCHOR_ENDS = re.compile(
    r"[,.;:()]|\s(?:and|but|or|until|till|to|through|from|since|when|which|that|who|as|by|in|on|at"
    r"|with|for|after|before|was|were|is|are|had|has)\b"
)
_ANCHOR = 5
"""Words after "until" or "since" that may name the time."""
_HALF = 0.5
"""Share of either side that a sentence must have to speak of both."""


@dataclass(frozen=True, slots=True)
class _Order:
    """Content stems of what came first and of what came then."""

    first: frozenset[str]
    then: frozenset[str]
    cue: re.Match[str]


def check(claim: str, reading: Reading) -> Check:
    """Compare which of two things the claim puts first with the sentences that speak of both.

    It is a violation where such a sentence puts them the other way round, by "before" or "after"
    or by an adverb beside the verb ("had earlier admitted"), and none puts them as the claim does;
    and where the claim says "until" of what the evidence knows only as "since", or the reverse.
    """
    if turned := _turned_bound(claim, reading):
        return turned
    said = _order(claim)
    if said is None:
        return Check(name=NAME, outcome=Outcome.NOT_APPLICABLE)
    found = [(way, line) for line in reading.lines if (way := _compared(said, line))]
    if not found:
        return Check(name=NAME, outcome=Outcome.NOT_APPLICABLE)
    if any(way > 0 for way, _ in found):
        return Check(name=NAME, outcome=Outcome.OK)
    return _violated(said.cue, found[0][1])


def _violated(cue: re.Match[str], line: Line) -> Check:
    return Check(
        name=NAME,
        outcome=Outcome.VIOLATED,
        detail=f'the sentence says "{cue[0].strip()}"; the cited text has it the other way round',
        span=cue.span(),
        evidence=line.text,
    )


def _turned_bound(claim: str, reading: Reading) -> Check | None:
    """Find a time that ends in the claim what it begins in the evidence, or the reverse."""
    for mine, other in ((_UNTIL, _SINCE), (_SINCE, _UNTIL)):
        for cue, time in _bounds(mine, claim):
            if any(
                time <= t or t <= time
                for line in reading.lines
                for _, t in _bounds(mine, line.text)
            ):
                continue
            for line in reading.lines:
                if any(time <= t for _, t in _bounds(other, line.text)):
                    return _violated(cue, line)
    return None


def _bounds(pattern: re.Pattern[str], text: str) -> Iterator[tuple[re.Match[str], frozenset[str]]]:
    """Give each "until" or "since" of a text with the content stems of its time."""
    flat = fold(text)
    for cue in pattern.finditer(flat):
        time = _ANCHOR_ENDS.split(flat[cue.end() :], maxsplit=1)[0]
        if stems := frozenset(content(" ".join(time.split()[:_ANCHOR]))):
            yield cue, stems


def _order(text: str) -> _Order | None:
    """Read the first conjunction of time of a sentence; what is on both sides tells nothing."""
    flat = fold(text[:1].lower() + text[1:]).rstrip(" .!?")  # elsewhere a capital makes a title
    cues = [(m, later) for p, later in ((_BEFORE, False), (_AFTER, True)) for m in p.finditer(flat)]
    cues += [(m, True) for m in _UNTIL.finditer(flat) if _NOT.search(flat[: m.start()])]
    if not cues:
        return None
    cue, right_is_first = min(cues, key=lambda found: found[0].start())
    left, right = sides(flat, cue)
    parts = frozenset(content(_BREAK.split(left)[-1])), frozenset(content(_BREAK.split(right)[0]))
    first, then = reversed(parts) if right_is_first else parts
    return _Order(first - then, then - first, cue) if first - then and then - first else None


def _compared(said: _Order, line: Line) -> int:
    """Tell whether a line puts both as the claim does (1), the other way round (-1), or neither."""
    if len(line.stems) > LONGEST_LINE:
        return 0
    if any(len(side & line.content) < _HALF * len(side) for side in (said.first, said.then)):
        return 0
    given = _order(line.text)
    if given is not None:
        same = _share(said.first, given.first) + _share(said.then, given.then)
        turned = _share(said.first, given.then) + _share(said.then, given.first)
        if same != turned:
            return 1 if same > turned else -1
    return _by_adverb(said, line)


def _share(side: frozenset[str], other: frozenset[str]) -> float:
    return len(side & other) / len(side)


def _by_adverb(said: _Order, line: Line) -> int:
    """Compare by "earlier" or "later" beside a word of one side."""
    for cue, right, wrong in ((_EARLIER, said.first, said.then), (_LATER, said.then, said.first)):
        for m in cue.finditer(line.text):
            after = re.findall(r"\w+", line.text[m.end() :])[:2]
            before = re.findall(r"\w+", line.text[: m.start()])[-1:]
            beside = {stem(word) for word in (*before, *after)}
            if beside & wrong and not beside & right:
                return -1
            if beside & right:
                return 1
    return 0
