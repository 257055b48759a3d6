"""A claim may not be surer than its evidence: alleged < may < plans < did."""

import re

from agent.checks.frames import frames
from agent.checks.normalise import content, fold
from agent.checks.reading import Line, Reading, governing
from agent.checks.unhedged import unhedged
from agent.checks.unsaid import unsaid
from agent.types import Check, Outcome

NAME = "modality"
_ALLEGATION = re.compile(
    r"\b(?:alleged(?:ly)?|alleg(?:es?|ing|ations?)|accus\w+|suspect(?:s|ed)|purported(?:ly)?"
    r"|rumou?r(?:s|ed)?|supposed(?:ly)?|unconfirmed|unverified|reportedly)\b",
    re.IGNORECASE,
)
_POSSIBILITY = re.compile(
    r"\b(?:(?-i:may)(?! \d)|might|could|possib(?:le|ly)|perhaps|probab(?:le|ly)|likely"
    r"|potential(?:ly)?"
    r"|appear(?:s|ed)?|seem(?:s|ed|ingly)?|suggest(?:s|ed|ing)?|believed|thought to|apparently"
    r"|presumably|estimat(?:e[sd]?|ing)|indicat(?:es?|ed|ing)|tend(?:s|ed)? to|risk of"
    r"|believing|assum(?:ed|ing|ption) (?:that|to)|can(?! not)|conceivabl[ey]|arguabl[ey]|in theory"
    r"|hint(?:s|ed)?|if|unless|whether|uncertain|unsure|unclear|preliminary|provisional"
    r"|not (?:\w+ )?(?:certain|sure|clear))\b",
    re.IGNORECASE,
)
_PLAN = re.compile(
    r"\b(?:plan(?:s|ned|ning)?|intend(?:s|ed)?|will|propos(?:es?|ed|als?)|expect(?:s|ed)?"
    r"|aim(?:s|ed)?|schedul(?:ed|es)|promis(?:es?|ed)|seeks?|sought|hop(?:es?|ed) to"
    r"|call(?:s|ed|ing)? for|urg(?:es?|ed|ing)|demand(?:s|ed)?|recommend(?:s|ed|ing|ations?)?"
    r"|(?:on (?:course|track)|set|poised|about|slated|bound|likely) to"
    r"|(?:was|were) (?:due )?to(?= (?!blame|be (?:found|seen)\b)[a-z])"
    r"|(?:was|were) due(?= (?:on|in|at)\b)"
    r"|consider(?:s|ed|ing)|wants?|wanted|would|should)\b",
    re.IGNORECASE,
)
_MUST = re.compile(r"can only\b", re.IGNORECASE)
"""No hedge: what can only be done so has to be done so."""
_LOOSE = re.compile(
    r"\b(?:risk of|if|whether|possible|potential|alleged|suspected|supposed|proposed)\b",
    re.IGNORECASE,
)
"""A hedge ("at risk of collapse") only where the claim does not say it as well."""
_RUNGS = (_ALLEGATION, _POSSIBILITY, _PLAN)
_ALLEGED, _FACT = 0, len(_RUNGS)


def check(claim: str, reading: Reading) -> Check:
    """Compare how sure the claim is with the sentences about the same thing.

    The rung of a sentence is the weakest of its hedges that bear on what both share; without any
    it states a fact. Naming who says so ("prosecutors said") carries an allegation, though not a
    mere possibility. In a long sentence each verb is held against the same verb of the evidence;
    what the evidence leaves open, or knows only as a charge, is no fact.
    """
    if part := unhedged(claim, reading) or unsaid(claim, reading):
        return _surer(claim, *part)
    wanted = frozenset(content(claim))
    close = reading.close(wanted)
    if not close:
        return Check(name=NAME, outcome=Outcome.NOT_APPLICABLE)
    flat = fold(claim)
    height = min(
        (n for n, cue in enumerate(_RUNGS) if cue.search(_LOOSE.sub("", flat))), default=_FACT
    )
    idle = frozenset(m[0].casefold() for m in _LOOSE.finditer(flat))
    found = [_lowest(line, wanted, idle) for line in close]
    attributed = bool(frames(claim))
    for rung, _ in found:
        if rung >= height or (attributed and rung == _ALLEGED):
            return Check(name=NAME, outcome=Outcome.OK)
    return _surer(claim, found[0][1], close[0].text)


def _surer(claim: str, hedge: str, evidence: str) -> Check:
    return Check(
        name=NAME,
        outcome=Outcome.VIOLATED,
        detail=f'the cited text says it only with "{hedge}"; the sentence is surer',
        span=(0, len(claim)),
        evidence=evidence,
    )


def _lowest(line: Line, wanted: frozenset[str], idle: frozenset[str]) -> tuple[int, str]:
    """Give the rung of a line, from `_ALLEGED` to `_FACT`, and the hedge that puts it there."""
    for rung, cue in enumerate(_RUNGS):
        for hedge in governing(cue, line.text, wanted):
            if hedge[0].casefold() not in idle and not _MUST.match(line.text, hedge.start()):
                return rung, hedge[0]
    return _FACT, ""
