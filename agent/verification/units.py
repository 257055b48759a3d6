"""What the judge scores: clauses of a sentence against windows of its evidence."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise

from agent.checks import CHECKS, run
from agent.checks.evidence_text import EvidenceText
from agent.language.clauses import clauses
from agent.language.lexicon import pattern
from agent.language.reported_speech import reaches_back, reporting_clauses
from agent.language.text import content_stems, squash
from agent.types import CheckName, CheckResult, ClaimEvidence, Outcome
from retrieval.sentences import split_sentences

ROOM = 190
"""Tokens of a window, so that a sentence of some sixty still fits beside it into 256."""
_TOKENS_A_WORD = 1.35
"""Of the BERT vocabulary in English news, with names and figures."""
_NEAREST = 4
"""Windows of long evidence that are read, by content words in common."""
_UNFRAMED = (CheckName.NEGATION, CheckName.ATTRIBUTION, CheckName.CAUSATION)
"""Checks that look again at what is said without who says it."""
_STITCHED = 8
"""Sentences at most, from wherever, that are read together."""


def windows(said: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Cut evidence into what fits beside a sentence; short evidence is read in one piece.

    Of longer evidence the nearest windows are read, each of whole sentences of one text, then the
    nearest sentence and two in a row, as a draft cites them, and last one that joins the nearest
    sentences of all texts: a sentence may rest on two sources.

    Args:
        said: the sentence.
        texts: the cited texts, in citation order.

    Returns:
        One to seven windows, the one that joins the nearest sentences last; none without text.
    """
    lines = [_lines(text) for text in texts]
    every = [line for text in lines for line in text]
    if not every:
        return ()
    if sum(map(_tokens, every)) <= ROOM:
        return (" ".join(every),)
    wanted = set(content_stems(said))
    cut = dict.fromkeys(window for text in lines for window in _cut(text))
    nearest = sorted(cut, key=lambda window: -len(wanted & set(content_stems(window))))[:_NEAREST]
    joined = _stitched(wanted, every)
    single = max(every, key=lambda line: len(wanted & set(content_stems(line))))
    found = [*(window for window in nearest if window != joined), single, _two(wanted, lines)]
    return (*dict.fromkeys(window for window in found if window != joined), joined)


def _two(wanted: set[str], texts: Sequence[Sequence[str]]) -> str:
    """The two sentences in a row with most of the wanted words; one where each text is one."""
    runs = [" ".join(two) for text in texts for two in pairwise(text)]
    runs = runs or [line for text in texts for line in text]
    return max(runs, key=lambda run: len(wanted & set(content_stems(run))))


def _lines(text: str) -> list[str]:
    return [line for start, end in split_sentences(text) if (line := text[start:end].strip())]


def _tokens(line: str) -> int:
    return int(len(line.split()) * _TOKENS_A_WORD) + 1


def _cut(lines: Sequence[str]) -> Iterator[str]:
    """Windows of one text that begin at each of its sentences, up to the one that ends it."""
    for first in range(len(lines)):
        window = list(_fitting(lines[first:]))
        yield " ".join(window)
        if first + len(window) == len(lines):
            return


def _fitting(lines: Sequence[str]) -> Iterator[str]:
    room = ROOM
    for line in lines:
        room -= _tokens(line)
        if room < 0 and line is not lines[0]:
            return
        yield line


def _stitched(wanted: set[str], lines: Sequence[str]) -> str:
    """The lines with most of the wanted words, rare ones counting more, in their order."""
    shared = [wanted & set(content_stems(line)) for line in lines]
    often = Counter(word for words in shared for word in words)
    weights = [sum(1 / often[word] for word in words) for words in shared]
    room, chosen = ROOM, list[int]()
    for at in sorted(range(len(lines)), key=lambda at: -weights[at]):
        if len(chosen) < _STITCHED and (not chosen or _tokens(lines[at]) <= room):
            chosen.append(at)
            room -= _tokens(lines[at])
    return " ".join(lines[at] for at in sorted(chosen))


_LEAST = 4
"""Content words below which the same words may mean anything."""
_TURNS = pattern(
    r"\b(?:{core.negation}|{checks.possibility}|{checks.allegation}|{reporting.falsehood}|den\w+|that"
    r"|{reporting.statements}"
    r"|claim\w*|until|except|but|although|though|\w*lie\w?|question\w*|ask\w*|would|had|should)\b"
    r"|n't\b",
)
_OWN_WORDS = frozenset(content_stems("report article post copy page text note"))
"""What a source may be called beside its publisher's name."""
_ENDS = re.compile(r"[.!?][\"']?(?=\s)")
_ITSELF = pattern(r"(?:The|This) (?:\w+ )?{reporting.documents}(?= [a-z])")
_VERBS = "(?:reported|reports|said|says|wrote|writes|noted|notes|stated|states)"
_OPENING = re.compile(
    rf"(?:According to (?P<by>[^,]+), |(?P<who>[^,]+?) {_VERBS}"
    r"(?: on [A-Z][a-z]+ \d+(?:, \d{4})?,?)? that )(?P<rest>.+)"
)
_CLOSING = re.compile(
    r"(?P<rest>.+), (?:according to (?P<by>[^,]+?)"
    rf"|(?P<who>[^,]+?) {_VERBS})(?P<end>[.!]?)"
)


def without_attribution(claim: str, reading: EvidenceText) -> str:
    """Give a claim without the words that name the publisher of an extract as who says it.

    Every checker still sees them; they are only not looked for in the publisher's own text.
    """
    names = [e.publisher.split(" (")[0].strip() for e in reading.extracts if e.publisher]
    publishers = {squash(name).removeprefix("the ") for name in names}
    for name in names:
        claim = _named(name).sub(r"\1\2", claim)
    for form in (_OPENING, _CLOSING):
        found = form.fullmatch(claim)
        if found and _is_one_of(found["by"] or found["who"], publishers, reading):
            return found["rest"]
    return next((told for n in names if (told := _of_itself(claim, n, reading))), claim)


def _is_one_of(speaker: str, publishers: set[str], reading: EvidenceText) -> bool:
    """Tell whether a speaker is a publisher, by name or by words that are all in its name."""
    if squash(speaker).removeprefix("the ") in publishers:
        return True
    said = set(content_stems(speaker)) - _OWN_WORDS
    names = (set(content_stems(e.publisher)) for e in reading.extracts if e.publisher)
    return bool(said) and any(said <= name for name in names)


def _of_itself(claim: str, publisher: str, reading: EvidenceText) -> str | None:
    """Give "The Gazette describes a flood" as the text has it: "The article describes a flood"."""
    opening = re.match(rf"(?:The )?{re.escape(publisher.removeprefix('The '))} (?=[a-z])", claim)
    if opening is None:
        return None
    rest = claim[opening.end() :]
    lines = reading.close(frozenset(content_stems(rest)))
    itself = next((m for line in lines if (m := _ITSELF.match(line.text))), None)
    return f"{itself[0]} {rest}" if itself else None


def _named(publisher: str) -> re.Pattern[str]:
    """A publisher's name in "The Gazette report says", "the ruling by the Gazette"."""
    name = re.escape(publisher.removeprefix("The "))
    return pattern(
        rf"^(The ){name} (?=[a-z])|( {{reporting.documents}}) (?:from|by) (?:[Tt]he )?{name}\b"
    )


def is_near_copy(claim: str, reading: EvidenceText) -> bool:
    """Tell whether an extract has the claim word for word and whole.

    The words around it in the same sentence must not report, deny, hedge or condition it: "X denied
    that P" has P word for word and does not carry it.
    """
    said = _bare(claim)
    plain = _bare(said.replace('"', ""))  # quotation marks say no more than that it is verbatim
    itself = re.sub(r"^the ", "this ", plain)  # "this post", as a source calls itself
    forms = dict.fromkeys((said, plain, itself))
    texts = dict.fromkeys(text for e in reading.extracts for text in _readings(e.text))
    return any(_carries(text, form) for text in texts for form in forms)


@lru_cache(maxsize=256)
def _readings(text: str) -> tuple[str, ...]:
    """As it stands; with a stop behind a heading that turns nothing of what follows; by sentences.

    A stop that ends both a sentence and its last word ("6 a.m.") is folded with the initials.
    """
    closed = _HEADING.sub(lambda m: m[0] if _turns(m[1]) else f"{m[1]}.\n\n", text)
    stopped = " ".join(f"{_bare(line)}{line[-1]}" for line in _lines(text))
    return _bare(text), _bare(closed), _bare(stopped)


def _turns(words: str) -> bool:
    return bool(reporting_clauses(words) or _TURNS.search(words.casefold()))


def _bare(text: str) -> str:
    return re.sub(r"[.!?\s]+$", "", squash(text))


def _carries(text: str, said: str) -> bool:
    if len(content_stems(said)) < _LEAST:
        return False
    at = text.find(said)
    while at >= 0:
        before, after = _rest_of_sentence(text, at, at + len(said))
        if _whole(before, after):
            return True
        at = text.find(said, at + 1)
    return False


def _rest_of_sentence(text: str, start: int, end: int) -> tuple[str, str]:
    ends = [m.end() for m in _ENDS.finditer(text, 0, start)]
    close = _ENDS.search(text, max(0, end - 1))
    before = text[ends[-1] if ends else 0 : start].strip()
    return before, text[end : close.start() if close else len(text)].strip(" .!?\"'")


def _whole(before: str, after: str) -> bool:
    """Tell whether what stands around the words leaves them their meaning."""
    if before and (before[-1] not in ",;:" or _turns(before)):
        return False
    return not after or (after[0] in ",;" and not _turns(after))


_HEADING = re.compile(r"^([^\n]*[\w\"'”’)])\n\s*\n", re.MULTILINE)
_QUOTES = re.compile(r'["“”„«»]')


@dataclass(frozen=True)
class ScoredClause:
    """A sentence or clause beside its evidence, and what the exact checkers found."""

    claim: str
    said: str
    """The claim without an attribution to the publisher of the evidence."""
    reading: EvidenceText
    checks: tuple[CheckResult, ...]
    span: tuple[int, int]
    """Characters of the sentence."""
    is_near_copy: bool

    @property
    def violated(self) -> list[CheckResult]:
        return [check for check in self.checks if check.outcome is Outcome.VIOLATED]

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """What the judge reads: each window of the evidence with what is said."""
        if self.is_near_copy:
            return []
        texts = [extract.text for extract in self.reading.extracts]
        said = _QUOTES.sub("", self.said)  # that the words are the source's is checked exactly
        head = self._named()
        return [(f"{head}{window}", said) for window in windows(said, texts)]

    def _named(self) -> str:
        """Who published what under which title, where the sentence speaks of that itself."""
        wanted = set(content_stems(self.said))
        named = (
            f"{extract.publisher}: {extract.title}. "
            for extract in self.reading.extracts
            if extract.publisher and wanted & set(content_stems(extract.publisher))
        )
        return next(named, "")

    def shares(self) -> tuple[float, ...]:
        """Give, per extract, the share of the content words that it has, in [0, 1]."""
        wanted = set(content_stems(self.said))
        found = (set(content_stems(extract.text)) for extract in self.reading.extracts)
        return tuple(len(wanted & words) / max(1, len(wanted)) for words in found)


def split_into_clauses(pair: ClaimEvidence) -> list[ScoredClause]:
    """Give the sentence first, then its clauses if it has several; nothing without evidence."""
    reading = EvidenceText(pair.evidence)
    if not reading.lines:
        return []
    whole = _unit(pair.claim, (0, len(pair.claim)), reading)
    spans = clauses(pair.claim)
    if len(spans) == 1 or whole.is_near_copy:
        return [whole]
    parts = [_unit(pair.claim[start:end], (start, end), reading) for start, end in spans]
    told = reporting_clauses(pair.claim)
    all_of_it = any(reaches_back(frame, pair.claim) for frame in told)
    first = min((frame.start for frame in told), default=len(pair.claim))
    covered = [all_of_it or first < part.span[1] for part in parts]
    cleared = (_without_attribution(p) if c else p for p, c in zip(parts, covered, strict=True))
    return [whole, *cleared]


def _unit(claim: str, span: tuple[int, int], reading: EvidenceText) -> ScoredClause:
    whole = is_near_copy(claim, reading)
    said = claim if whole else without_attribution(claim, reading)
    whole = whole or is_near_copy(said, reading)
    return ScoredClause(claim, said, reading, _checks(claim, said, reading), span, whole)


def _checks(claim: str, said: str, reading: EvidenceText) -> tuple[CheckResult, ...]:
    """Run the checkers; who publishes a text need not be named in it."""
    found = run(claim, reading)
    if said == claim:
        return found
    own = {name: _moved(CHECKS[name](said, reading), claim.find(said)) for name in _UNFRAMED}
    if CHECKS[CheckName.NAMES](said, reading).outcome is not Outcome.VIOLATED:
        own[CheckName.NAMES] = CheckResult(name=CheckName.NAMES, outcome=Outcome.OK)
    return tuple(own.get(check.name, check) for check in found)


def _moved(check: CheckResult, by: int) -> CheckResult:
    """Give a finding on a part of the claim that begins at `by`; -1 for one that is not in it."""
    if check.span is None:
        return check
    start, end = check.span
    span = (start + by, end + by) if by >= 0 else None
    return CheckResult.model_validate({**check.model_dump(), "span": span})


def _without_attribution(part: ScoredClause) -> ScoredClause:
    """Drop a finding that is none where the sentence names elsewhere who says so."""
    return replace(
        part, checks=tuple(c for c in part.checks if c.name is not CheckName.ATTRIBUTION)
    )
