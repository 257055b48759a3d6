"""Plant errors in the sentences of a page and count those that verification catches."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from agent.audit.corruptions import edits
from agent.language.reported_speech import reporting_clauses
from agent.ports import Judge
from agent.types import (
    CheckedSentence,
    CheckName,
    ClaimEvidence,
    EvidenceSpan,
    Kind,
    Page,
    Verification,
)
from agent.types.base import Value

SEED = 0


class Planted(Value):
    """One near miss and what became of it."""

    kind: str
    """What was changed, such as "number"."""
    original: str
    text: str
    ruling: Verification

    @property
    def caught(self) -> bool:
        return not self.ruling.accepted


class SelfTest(Value):
    """All near misses of one page."""

    planted: tuple[Planted, ...]

    def by_kind(self) -> dict[str, tuple[int, int]]:
        """Kind to (caught, planted), in the alphabet's order."""
        every = Counter(p.kind for p in self.planted)
        caught = Counter(p.kind for p in self.planted if p.caught)
        return {kind: (caught[kind], every[kind]) for kind in sorted(every)}

    @property
    def missed(self) -> tuple[Planted, ...]:
        return tuple(p for p in self.planted if not p.caught)


def self_test(page: Page, judge: Judge) -> SelfTest:
    """Change each finding of a page in every typed way it allows, and rule on each change.

    The sources must be those of the page: what is planted cites what the sentence cites. Sentences
    that are recomputed or searched for are left out: they stand by their exact words only.
    """
    made = list(_planted(page))
    verifications = judge.verify([pair for _, _, pair in made])
    return SelfTest(
        planted=tuple(
            Planted(kind=kind, original=original, text=pair.claim, ruling=verification)
            for (kind, original, pair), verification in zip(made, verifications, strict=True)
        )
    )


def summarize(result: SelfTest) -> str:
    """The outcome for a terminal of 80 columns: counts by kind, then what was not caught."""
    every, missed = len(result.planted), result.missed
    if not every:
        return "Self-test: no sentence of this page allows a typed change."
    head = f"Self-test: {every - len(missed)} of {every} planted errors caught"
    lines = [f"{head} ({100 * (every - len(missed)) / every:.0f} %)."]
    lines += [f"  {kind:<12} {c:>3} of {n:>3}" for kind, (c, n) in result.by_kind().items()]
    return "\n".join(lines + [f"  missed ({p.kind}): {p.text}" for p in missed])


def _planted(page: Page) -> Iterator[tuple[str, str, ClaimEvidence]]:
    chance = random.Random(SEED)  # noqa: S311 - which words change, nothing secret
    for sentence in _findings(page):
        evidence = tuple(_extracts(page, sentence))
        context = " ".join(extract.text for extract in evidence)
        for edit in edits(sentence.text, context, chance):
            if edit.kind == "attribution" and _speaks_itself(sentence.text, edit.text, evidence):
                continue
            yield edit.kind, sentence.text, ClaimEvidence(claim=edit.text, evidence=evidence)


def _speaks_itself(sentence: str, edited: str, evidence: Sequence[EvidenceSpan]) -> bool:
    """Whether what the edit drops names the source, which the citation names anyway: no error."""
    if any(frame.document for frame in reporting_clauses(sentence)):
        return True
    names = (e.publisher.split(" (")[0].removeprefix("The ") for e in evidence if e.publisher)
    return any(name in sentence and name not in edited for name in names)


def _findings(page: Page) -> Iterator[CheckedSentence]:
    seen: set[str] = set()
    for section in page.sections:
        for sentence in section.sentences:
            recomputed = any(check.name is CheckName.LEDGER for check in sentence.ruling.checks)
            if sentence.kind is Kind.FINDING and not recomputed and sentence.text not in seen:
                seen.add(sentence.text)
                yield sentence


def _extracts(page: Page, sentence: CheckedSentence) -> Iterable[EvidenceSpan]:
    sources = {source.id: source for source in page.evidence.sources}
    for citation in sentence.citations:
        source = sources[citation.source]
        yield EvidenceSpan.of(citation.quote, source)
