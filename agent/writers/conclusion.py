"""Summary, limits, bottom line and follow-ups: written from what stands, bringing nothing new."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from agent.language.phrases import listed, publisher, speaker
from agent.language.text import content, expanded, lemma
from agent.statements import RecordStatements
from agent.types import (
    CheckedSection,
    CheckedSentence,
    Citation,
    Conclusion,
    Evidence,
    Kind,
    Plan,
    Section,
    Sentence,
    VerdictLabel,
)
from agent.writers.anaphora import DANGLING, KNOWN, Explainer, points_back
from agent.writers.attribution import FRAME, name_source
from agent.writers.facets import institutions, subject
from agent.writers.follow_ups import Gap, follow_ups, gaps
from retrieval.sentences import split_sentences
from retrieval.types import Source

LIMITS: Final = "What the record supports and the limits of available reporting"
BOTTOM_LINE: Final = "Bottom line and what to watch next"
OPEN: Final = re.compile(
    r"[^,;:]*\b(?:still open|not (?:yet )?(?:clear|been made public)|continuing|no reply"
    r"|pending|appeal"
    r"|more (?:research|data|studies)|under (?:review|investigation)|remains?|unknown)\b[^,;:]*",
    re.IGNORECASE,
)
CITED: Final = 3
"""Citations that a statement about the whole record carries: enough to open, not a wall."""
SUMMARY: Final = 110
"""Words of a summary."""
BRIEF: Final = range(8, 46)
"""Words of a finding that the summary can repeat."""
GAPS: Final = 2


def conclude(
    plan: Plan,
    evidence: Evidence,
    body: Sequence[CheckedSection],
    record: RecordStatements,
    near: Mapping[str, float] = MappingProxyType({}),
) -> Conclusion:
    """Write the rest of the page over the body that stands.

    Args:
        plan: What was asked.
        evidence: What may be cited.
        body: What stands.
        record: What the cited sources add up to.
        near: Closeness of each sentence of the body to the claim; without it, words in common.
    """
    said = [s for section in body for s in section.sentences]
    lead = _strongest(said, record, near)
    explainer = Explainer(evidence)
    silent = gaps(evidence, {s.id for s in record.sources}, plan.claim.text)
    return Conclusion(
        summary=tuple(explainer.explain(s) for s in _summary(lead, record)),
        limits=Section(heading=LIMITS, sentences=_limits(plan, evidence, said, silent, record)),
        bottom_line=Section(heading=BOTTOM_LINE, sentences=_bottom_line(lead, record)),
        follow_ups=follow_ups(plan, evidence, [s.text for s in lead], silent, record),
    )


def _strongest(
    said: Sequence[CheckedSentence], record: RecordStatements, near: Mapping[str, float]
) -> list[CheckedSentence]:
    """What decided the verdict first, then by closeness to the claim."""
    claim = set(expanded(record.claim.text))

    def rank(sentence: CheckedSentence) -> tuple[bool, float]:
        shared = len(claim & set(expanded(sentence.text))) / max(1, len(claim))
        return not _decides(sentence, record), -near.get(sentence.text, shared)

    return sorted(said, key=rank)


def _summary(lead: Sequence[CheckedSentence], record: RecordStatements) -> tuple[Sentence, ...]:
    """The answer, the strongest finding, and one of another source."""
    answer = Sentence(
        text=record.answer(), kind=Kind.INFERENCE, citations=record.deciding() or _cites(lead)
    )
    chosen: list[Sentence] = []
    words = len(answer.text.split())
    told = [_brief(finding) for finding in lead]
    midway = [_opens_midway(finding.text, record.claim.text) for finding in told]
    for _, finding in sorted(zip(midway, told, strict=True), key=lambda f: f[0]):
        length = len(finding.text.split())
        sources = {c.source for c in finding.citations}
        known = {c.source for s in chosen for c in s.citations}
        fits = length in BRIEF and words + length <= SUMMARY
        if len(chosen) < 2 and fits and not sources & known:
            chosen.append(finding)
            words += length
    first = [s for s in chosen if _decides(s, record)][:1]
    if not first or record.verdict.label not in {VerdictLabel.REFUTED, VerdictLabel.SUPPORTED}:
        return (answer, *chosen)
    return (*first, answer, *(s for s in chosen if s not in first))


def _decides(sentence: CheckedSentence | Sentence, record: RecordStatements) -> bool:
    """Whether it tells words by which a source took a side."""
    return any(record.verdict.rests_on(citation) for citation in sentence.citations)


def _opens_midway(text: str, claim: str) -> bool:
    """Whether a finding speaks of "the call" as of a thing that the reader has met."""
    for said in (text, FRAME.sub("", text)):
        noun = DANGLING.match(said)
        address = noun and (noun[1] == "site" or said[noun.end() :].startswith("."))
        met = address or (noun and (noun[1] in KNOWN or lemma(noun[1]) in content(claim)))
        if points_back(said) or (noun and not met):
            return True
    return False


def _brief(sentence: CheckedSentence) -> Sentence:
    """A finding without what was joined to it, where its first part says enough."""
    first = sentence.text.split("; ")[0].rstrip(".")
    whole = first.count('"') % 2 == 0 and first.count("“") == first.count("”")
    enough = len(first.split()) >= BRIEF.start + 4
    if not whole or not enough or first == sentence.text.rstrip("."):
        return Sentence(text=sentence.text, kind=sentence.kind, citations=sentence.citations)
    mine = tuple(c for c in sentence.citations if c.source == sentence.citations[0].source)
    return Sentence(text=f"{first}.", kind=sentence.kind, citations=mine)


def _limits(
    plan: Plan,
    evidence: Evidence,
    said: Sequence[CheckedSentence],
    silent: Sequence[Gap],
    record: RecordStatements,
) -> tuple[Sentence, ...]:
    cites = _cites(said)
    written = [Sentence(text=record.record(), kind=Kind.INFERENCE, citations=cites)]
    if copies := record.copies():
        shared = _first_of(said, record.shared()[:CITED], record)
        written.append(Sentence(text=copies, kind=Kind.INFERENCE, citations=shared))
    written.append(
        Sentence(text=record.tiers(), kind=Kind.INFERENCE, citations=_mixed(said, record))
    )
    silent_on_it = record.verdict.label in {VerdictLabel.REFUTED, VerdictLabel.UNPROVEN}
    if silent_on_it and plan.claim.gets_verdict:
        scope = evidence.scope
        searched = (
            f"A search of all {scope.passages} passages from {scope.sources} sources in the "
            f"library reviewed here found none that says that {plan.claim.text}."
        )
        written.append(Sentence(text=searched, kind=Kind.ABSENCE, citations=cites))
    written += [
        Sentence(text=name_source(gap.citation.quote, gap.source), citations=(gap.citation,))
        for gap in silent[:GAPS]
    ]
    return tuple(written)


def _bottom_line(lead: Sequence[CheckedSentence], record: RecordStatements) -> tuple[Sentence, ...]:
    return (
        Sentence(
            text=record.bottom_line(),
            kind=Kind.INFERENCE,
            citations=(record.deciding() or _cites(lead))[:2],
        ),
        _watch(lead, record),
    )


def _watch(lead: Sequence[CheckedSentence], record: RecordStatements) -> Sentence:
    """What a cited source leaves open, in its own words; else what the page is about."""
    by_id = {s.id: s for s in record.sources}
    for citation in (c for s in lead for c in s.citations):
        for start, end in split_sentences(citation.quote):
            found = OPEN.search(citation.quote[start:end])
            if not found:
                continue
            words = found[0].strip(" .\"“”'")
            if 5 <= len(words.split()) <= 25 and '"' not in words and not points_back(words):
                source = by_id[citation.source]
                told = words if source.is_summary else f'"{words}"'
                text = f"What to watch next is a point that {speaker(source)} leaves open: {told}."
                return Sentence(text=text, kind=Kind.OUTLOOK, citations=(citation,))
    return _publications(lead, record)


def _publications(lead: Sequence[CheckedSentence], record: RecordStatements) -> Sentence:
    """What the bodies that the page speaks of publish next on its subject."""
    quotes = {c.quote: c for s in lead for c in s.citations}
    about = subject(record.claim.text, list(quotes))
    bodies = institutions(list(quotes), [publisher(s) for s in record.sources])
    if about and about.removeprefix("the ") in {b.removeprefix("the ") for b in bodies}:
        about = None
    wanted = [t for t in (*bodies, about) if t]
    cites: dict[str, Citation] = {}
    for term in wanted:
        bare = term.removeprefix("the ")
        found = next((c for q, c in quotes.items() if bare in q), None)
        if found:
            cites[f"{found.passage}#{found.start}"] = found
    by = f" by {listed(bodies)}" if bodies else ""
    on = f" on {about}" if about else ""
    citations = tuple(cites.values()) or lead[0].citations[:1]
    if not wanted:
        by = f" by {speaker(next(s for s in record.sources if s.id == citations[0].source))}"
    text = f"What to watch next is any new publication{by}{on}."
    return Sentence(text=text, kind=Kind.OUTLOOK, citations=citations)


def _cites(said: Sequence[CheckedSentence]) -> tuple[Citation, ...]:
    """One citation of each of the first sources of the body."""
    first: dict[str, Citation] = {}
    for sentence in said:
        for citation in sentence.citations:
            first.setdefault(citation.source, citation)
    return tuple(first.values())[:CITED]


def _mixed(said: Sequence[CheckedSentence], record: RecordStatements) -> tuple[Citation, ...]:
    """One citation of the first source of each tier."""
    by_tier = {s.tier: s for s in reversed(record.sources)}
    return _first_of(said, list(by_tier.values())[::-1], record)


def _first_of(
    said: Sequence[CheckedSentence], sources: Sequence[Source], record: RecordStatements
) -> tuple[Citation, ...]:
    """One citation of each source: its first of the body, else the words that decided."""
    first = {c.source: c for c in record.deciding()}
    first |= {c.source: c for s in reversed(said) for c in reversed(s.citations)}
    return tuple(first[s.id] for s in sources)
