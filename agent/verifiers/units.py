"""What of a pair is judged: the sentence and, where it is long, each of its clauses."""

import re
from dataclasses import dataclass, replace
from functools import cached_property

from agent.checks import attribution, causation, naming, negation, run
from agent.checks.frames import frames, reaches_back
from agent.checks.normalise import content
from agent.checks.reading import Reading
from agent.clauses import clauses
from agent.types import Check, Outcome, Pair
from agent.verifiers.verbatim import unframed, verbatim
from agent.verifiers.windows import windows

_QUOTES = re.compile(r'["“”„«»]')


@dataclass(frozen=True)
class Unit:
    """A sentence or clause beside its evidence, and what the exact checkers found."""

    claim: str
    said: str
    """The claim without an attribution to the publisher of the evidence."""
    reading: Reading
    checks: tuple[Check, ...]
    span: tuple[int, int]
    """Characters of the sentence."""
    verbatim: bool

    @property
    def violated(self) -> list[Check]:
        return [check for check in self.checks if check.outcome is Outcome.VIOLATED]

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """What the judge reads: each window of the evidence with what is said."""
        if self.verbatim:
            return []
        texts = [extract.text for extract in self.reading.extracts]
        said = _QUOTES.sub("", self.said)  # that the words are the source's is checked exactly
        head = self._named()
        return [(f"{head}{window}", said) for window in windows(said, texts)]

    def _named(self) -> str:
        """Who published what under which title, where the sentence speaks of that itself."""
        wanted = set(content(self.said))
        named = (
            f"{extract.publisher}: {extract.title}. "
            for extract in self.reading.extracts
            if extract.publisher and wanted & set(content(extract.publisher))
        )
        return next(named, "")

    def shares(self) -> tuple[float, ...]:
        """Give, per extract, the share of the content words that it has, in [0, 1]."""
        wanted = set(content(self.said))
        found = (set(content(extract.text)) for extract in self.reading.extracts)
        return tuple(len(wanted & words) / max(1, len(wanted)) for words in found)


def prepare(pair: Pair) -> list[Unit]:
    """Give the sentence first, then its clauses if it has several; nothing without evidence."""
    reading = Reading(pair.evidence)
    if not reading.lines:
        return []
    whole = _unit(pair.claim, (0, len(pair.claim)), reading)
    spans = clauses(pair.claim)
    if len(spans) == 1 or whole.verbatim:
        return [whole]
    parts = [_unit(pair.claim[start:end], (start, end), reading) for start, end in spans]
    told = frames(pair.claim)
    all_of_it = any(reaches_back(frame, pair.claim) for frame in told)
    first = min((frame.start for frame in told), default=len(pair.claim))
    covered = [all_of_it or first < part.span[1] for part in parts]
    cleared = (_without_attribution(p) if c else p for p, c in zip(parts, covered, strict=True))
    return [whole, *cleared]


def _unit(claim: str, span: tuple[int, int], reading: Reading) -> Unit:
    whole = verbatim(claim, reading)
    said = claim if whole else unframed(claim, reading)
    whole = whole or verbatim(said, reading)
    return Unit(claim, said, reading, _checks(claim, said, reading), span, whole)


def _checks(claim: str, said: str, reading: Reading) -> tuple[Check, ...]:
    """Run the checkers; who publishes a text need not be named in it."""
    found = run(claim, reading)
    if said == claim:
        return found
    again = (negation, attribution, causation)
    own = {c.NAME: _moved(c.check(said, reading), claim.find(said)) for c in again}
    if naming.check(said, reading).outcome is not Outcome.VIOLATED:
        own[naming.NAME] = Check(name=naming.NAME, outcome=Outcome.OK)
    return tuple(own.get(check.name, check) for check in found)


def _moved(check: Check, by: int) -> Check:
    """Give a finding on a part of the claim that begins at `by`; -1 for one that is not in it."""
    if check.span is None:
        return check
    start, end = check.span
    span = (start + by, end + by) if by >= 0 else None
    return Check.model_validate({**check.model_dump(), "span": span})


def _without_attribution(part: Unit) -> Unit:
    """Drop a finding that is none where the sentence names elsewhere who says so."""
    return replace(part, checks=tuple(c for c in part.checks if c.name != attribution.NAME))
