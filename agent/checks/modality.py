"""How sure, how real and how far: a claim may not be stronger than its evidence."""

import re
from collections.abc import Iterator

from agent.checks.evidence_text import ENOUGH, EvidenceText, Line, governing
from agent.language.lexicon import pattern
from agent.language.reported_speech import reporting_clauses
from agent.language.text import (
    content_stems,
    fold,
    stem,
    stems,
    words,
)
from agent.types import CheckName, CheckResult, Outcome

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
_BEFORE = pattern(
    r"(?:\b(?:{core.modals}|{core.negation}|{checks.possibility}|{checks.plan}|{checks.allegation}"
    r"|to|claim\w*|think\w*|believ\w*)|n't)\b",
    re.IGNORECASE,
)
"""What before a verb keeps it from being told as done."""
_WITHIN = 45
"""Characters before a verb in which it stands, and behind it for what the verb is about."""
_ABOUT = 3
"""Content words behind a verb that say what it is about."""


def unhedged(claim: str, reading: EvidenceText) -> tuple[str, str] | None:
    """Find a verb that the claim tells as done and the evidence only hedged.

    Both say it of the same thing: one of the next content words is the same. A sentence of the
    evidence that tells it as done as well makes it good.

    Returns:
        The hedged words, and the sentence that they stand in.
    """
    flat, attributed = fold(claim), bool(reporting_clauses(claim))
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
    return set(content_stems(text[end : end + _WITHIN])[:_ABOUT])


_OPEN = pattern(
    r"\b(?:(?:do|does|did|has|have)(?: not|n't) (?:yet )?{reporting.telling}(?:ed)?(?! so\b)"
    r"(?: (?:that|whether|if))?|(?:nowhere|never) (?:{reporting.saying}|{reporting.stating})"
    r"(?: that)?|(?:the question (?:of )?|asked |asks |unclear |unknown )(?:whether|if)"
    r"|no (?:report|record|mention|confirmation) (?:of|that))\b",
    re.IGNORECASE,
)
_ITSELF = pattern(
    r"\b(?:{core.negation}|whether|if|unclear|unknown|ask(?:s|ed)|question|may|might|could)\b|n't\b|\?",
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


def unsaid(claim: str, reading: EvidenceText) -> tuple[str, str] | None:
    """Find what the claim tells as a fact and the evidence leaves open, or knows only as a charge.

    Another sentence that has more of the claim, or all, makes it good; so does a judgment, for a
    conviction.

    Returns:
        The words that leave it open, and the sentence that they stand in.
    """
    flat = fold(claim)
    if _ITSELF.search(flat) or reporting_clauses(claim):
        return None
    wanted = frozenset(content_stems(flat)) - reading.publishers
    if len(wanted) < 2:
        return None
    return _left_open(wanted, reading) or _only_charged(wanted, reading)


def _left_open(wanted: frozenset[str], reading: EvidenceText) -> tuple[str, str] | None:
    found: tuple[str, str] | None = None
    most = 0.0
    for line in reading.lines:
        for m in _OPEN.finditer(line.text):
            behind = re.split(r";|, (?:but|and)\b", line.text[m.end() :], maxsplit=1)[0]
            share = _shared(wanted, frozenset(content_stems(behind)))
            if share >= _SHARE and share > most:
                most, found = share, (m[0], line.text)
    told = (line for line in reading.lines if not _OPEN.search(line.text))
    if found and all(_shared(wanted, line.content) < min(1.0, most + _MORE) for line in told):
        return found
    return None


def _only_charged(wanted: frozenset[str], reading: EvidenceText) -> tuple[str, str] | None:
    if _CONVICTED not in wanted or any(_JUDGED.search(line.text) for line in reading.lines):
        return None
    for line in reading.lines:
        m = _CHARGED.search(line.text)
        if m and len(wanted & line.content) >= min(ENOUGH, len(wanted) - 1):
            return m[0], line.text
    return None


def _shared(wanted: frozenset[str], given: frozenset[str]) -> float:
    return len(wanted & given) / len(wanted)


_MUST = re.compile(r"can only\b", re.IGNORECASE)
"""No hedge: what can only be done so has to be done so."""
_LOOSE = re.compile(
    r"\b(?:risk of|if|whether|possible|potential|alleged|suspected|supposed|proposed)\b",
    re.IGNORECASE,
)
"""A hedge ("at risk of collapse") only where the claim does not say it as well."""
_RUNGS = tuple(
    pattern(rf"\b{{checks.{rung}}}\b", re.IGNORECASE)
    for rung in ("allegation", "possibility", "plan")
)
_ALLEGED, _FACT = 0, len(_RUNGS)


def check_modality(claim: str, reading: EvidenceText) -> CheckResult:
    """Compare how sure the claim is with the sentences about the same thing.

    The rung of a sentence is the weakest of its hedges that bear on what both share; without any
    it states a fact. Naming who says so ("prosecutors said") carries an allegation, though not a
    mere possibility. In a long sentence each verb is held against the same verb of the evidence;
    what the evidence leaves open, or knows only as a charge, is no fact.
    """
    if part := unhedged(claim, reading) or unsaid(claim, reading):
        return _surer(claim, *part)
    wanted = frozenset(content_stems(claim))
    close = reading.close(wanted)
    if not close:
        return CheckResult(name=CheckName.MODALITY, outcome=Outcome.NOT_APPLICABLE)
    flat = fold(claim)
    height = min(
        (n for n, cue in enumerate(_RUNGS) if cue.search(_LOOSE.sub("", flat))), default=_FACT
    )
    idle = frozenset(m[0].casefold() for m in _LOOSE.finditer(flat))
    found = [_lowest(line, wanted, idle) for line in close]
    attributed = bool(reporting_clauses(claim))
    for rung, _ in found:
        if rung >= height or (attributed and rung == _ALLEGED):
            return CheckResult(name=CheckName.MODALITY, outcome=Outcome.OK)
    return _surer(claim, found[0][1], close[0].text)


def _surer(claim: str, hedge: str, evidence: str) -> CheckResult:
    return CheckResult(
        name=CheckName.MODALITY,
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
