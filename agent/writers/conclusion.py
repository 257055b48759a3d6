"""Summary, limits, bottom line and follow-ups: written from what stands, bringing nothing new."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from agent.language.absences import is_absence
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
from agent.writers.anaphora import (
    DANGLING,
    KNOWN,
    Explainer,
    fit,
    leans_back,
    points_back,
)
from agent.writers.attribution import FRAME, name_reporter, name_source
from agent.writers.facets import institutions, subject
from agent.writers.follow_ups import Gap, follow_ups, gaps, speaks_of_a_gap
from agent.writers.headings import find_reasons
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
SUMMARY: Final = "Executive summary"
SUMMARY_WORDS: Final = 110
"""Words of a summary."""
WALL: Final = 4
"""Citations of the bottom line, but for those of the summary, which the body must have again."""
REASONS: Final = 6
"""Forms of the answer of which the verdict line shows the first that is accepted."""
SENTENCES: Final = 3
"""Sentences of a summary."""
FINDINGS: Final = 2
"""Findings of a summary."""
MOST_LIMITS: Final = 4
"""Sentences on the limits."""
IN_COMMON: Final = 2
"""Words of the claim that a sentence on what is open has."""
BRIEF: Final = range(8, 46)
"""Words of a finding that the summary can repeat."""
GAPS: Final = 1
"""Sources whose gaps the limits tell."""


def conclude(
    plan: Plan,
    evidence: Evidence,
    body: Sequence[CheckedSection],
    record: RecordStatements,
    near: Mapping[str, float] = MappingProxyType({}),
) -> Conclusion:
    """Write the rest of the page over what stands.

    Args:
        plan: What was asked.
        evidence: What may be cited.
        body: What stands; a section headed `SUMMARY` holds the findings that open the summary.
        record: What the cited sources add up to.
        near: Closeness of each sentence of the body to the claim; without it, words in common.
    """
    opening = [s for section in body if section.heading == SUMMARY for s in section.sentences]
    told = [s for section in body if section.heading != SUMMARY for s in section.sentences]
    lead = opening or _strongest(told, record, near)
    explainer = Explainer(evidence)
    silent = gaps(evidence, {s.id for s in record.sources}, plan.claim.text)
    page = _Ends(plan, evidence, record, (*opening, *told), silent)
    summary = page.summary(lead)
    return Conclusion(
        summary=tuple(explainer.explain(s) for s in summary),
        limits=Section(heading=LIMITS, sentences=page.limits(summary)),
        bottom_line=Section(heading=BOTTOM_LINE, sentences=page.bottom_line(summary)),
        follow_ups=follow_ups(plan, evidence, [s.text for s in (*lead, *told)], silent, record),
        reasons=tuple(find_reasons([s for s in lead if _decides(s, record)], evidence)[:REASONS]),
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


@dataclass(frozen=True)
class _Ends:
    """The ends of a page: what opens it, its limits and its bottom line say nothing twice."""

    plan: Plan
    evidence: Evidence
    record: RecordStatements
    said: tuple[CheckedSentence, ...]
    silent: Sequence[Gap]

    def summary(self, lead: Sequence[CheckedSentence]) -> list[Sentence]:
        """The answer; on whose word it is, what they checked; what stays open."""
        answer = Sentence(
            text=self.record.answer(),
            kind=Kind.INFERENCE,
            citations=self.record.deciding() or _cites(self.said),
        )
        findings = self._findings(lead, answer)
        decided = any(_decides(s, self.record) for s in findings)
        if self.plan.claim.asks and findings:
            made = findings
        elif not decided:
            made = [answer, *findings[:1]]
        elif len(findings) == 1 or self.record.verdict.label is VerdictLabel.UNPROVEN:
            made = [findings[0], answer]
        else:
            made = findings
        more = self._open(made) or ([answer] if decided and answer not in made else [])
        return [*made, *more][:SENTENCES]

    def _findings(self, lead: Sequence[CheckedSentence], answer: Sentence) -> list[Sentence]:
        """The strongest findings, at most two, of different sources."""
        chosen: list[Sentence] = []
        words = len(answer.text.split())
        briefs = [_brief(finding) for finding in lead]
        midway = [_opens_midway(s.text, self.record.claim.text) for s in briefs]
        for _, finding in sorted(zip(midway, briefs, strict=True), key=lambda f: f[0]):
            length = len(finding.text.split())
            sources = {c.source for c in finding.citations}
            known = {c.source for s in chosen for c in s.citations}
            fits = length in BRIEF and words + length <= SUMMARY_WORDS
            if len(chosen) < FINDINGS and fits and not sources & known:
                chosen.append(finding)
                words += length
        return chosen

    def _open(self, made: Sequence[Sentence]) -> list[Sentence]:
        """What stays open: told by a source of the body; else what its source does not hold."""
        told = {c.source for s in self.said for c in s.citations}
        asked = set(expanded(self.plan.claim.text))
        mine = [c for s in self.said for c in s.citations]
        cited = [*mine, *(c for s in made for c in s.citations)]
        found: list[tuple[int, Sentence]] = []
        for passage in self.evidence.passages:
            if passage.source.id not in told:
                continue
            for start, end in split_sentences(passage.text):
                one = Citation.of(passage, start, end)
                fresh = not any(one.overlaps(c) for c in cited)
                if fresh and _stays_open(one.quote, passage.source):
                    near = len(asked & set(expanded(one.quote)))
                    text = name_reporter(one.quote, passage.source)
                    found.append((near, Sentence(text=text, citations=(one,))))
        best = max(found, key=lambda f: f[0], default=None)
        if best and best[0] >= IN_COMMON:
            return [best[1]]
        near_gaps = [g for g in self.silent if g.near >= IN_COMMON and g.source.id in told]
        return [_gap(g) for g in near_gaps[:1]]

    def _absence(self) -> list[Sentence]:
        """That no passage says it, where the verdict leaves room for that."""
        silent = self.record.verdict.label in {VerdictLabel.REFUTED, VerdictLabel.UNPROVEN}
        if not silent or not self.plan.claim.gets_verdict:
            return []
        scope = self.evidence.scope
        text = (
            f"A search of all {scope.passages} passages from {scope.sources} sources in the "
            f"library reviewed here found none that says that {self.plan.claim.text}."
        )
        return [Sentence(text=text, kind=Kind.ABSENCE, citations=_cites(self.said))]

    def limits(self, summary: Sequence[Sentence]) -> tuple[Sentence, ...]:
        """What the record is, whose story is whose, what was searched, what a source lacks."""
        record, said = self.record, self.said
        known = {s.text for s in summary}
        written = [Sentence(text=record.record(), kind=Kind.INFERENCE, citations=_cites(said))]
        if copies := record.copies():
            shared = _first_of(said, record.shared()[:CITED], record)
            written.append(Sentence(text=copies, kind=Kind.INFERENCE, citations=shared))
        written += self._absence()
        told = [c for s in said for c in s.citations]
        fresh = [g for g in self.silent if not any(g.citation.overlaps(c) for c in told)]
        written += [_gap(gap) for gap in fresh if gap.near >= IN_COMMON][: GAPS + 1]
        return tuple(s for s in written if s.text not in known)[:MOST_LIMITS]

    def bottom_line(self, summary: Sequence[Sentence]) -> tuple[Sentence, ...]:
        """The verdict with those it rests on, and what to watch."""
        cites = {c.source: c for s in summary for c in s.citations}
        more = {c.source: c for c in self.record.deciding() if c.source not in cites}
        line = Sentence(
            text=self.record.bottom_line(),
            kind=Kind.INFERENCE,
            citations=(*cites.values(), *list(more.values())[: max(0, WALL - len(cites))]),
        )
        return line, _watch(self.said, self.record)


def _gap(gap: Gap) -> Sentence:
    return Sentence(text=name_source(gap.citation.quote, gap.source), citations=(gap.citation,))


def _stays_open(text: str, source: Source) -> bool:
    """Whether a sentence says by itself that something is open."""
    return bool(
        OPEN.search(text)
        and fit(text)
        and len(text.split()) in BRIEF
        and not leans_back(text, source)
        and not speaks_of_a_gap(text, source)
        and not is_absence(text)
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


def _first_of(
    said: Sequence[CheckedSentence], sources: Sequence[Source], record: RecordStatements
) -> tuple[Citation, ...]:
    """One citation of each source: its first of the body, else the words that decided."""
    first = {c.source: c for c in record.deciding()}
    first |= {c.source: c for s in reversed(said) for c in reversed(s.citations)}
    return tuple(first[s.id] for s in sources)
