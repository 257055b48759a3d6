"""Hold a document against the library as it is now, where cited sources changed or are gone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agent.review.checking import Tools, extended, refused, sentence_of, verdict_of
from agent.review.document import before, changed, line_with, page_lines, with_line
from agent.review.port import Reviews
from agent.review.types import Document, Line, Recheck, TrayLine
from agent.types import Citation, Evidence, Kind, PublishedCheck, SourceStance
from retrieval import Change, find_review
from retrieval.types import Hit, Notice, Passage, Source


@dataclass(frozen=True)
class _Found:
    """Where cited words stand in the library now."""

    citation: Citation | None
    """None where they are gone."""
    moved: bool = False


TELLING: Final = frozenset(
    {"changed", "removed", "corrected", "concern", "retracted", "withdrawn", "gone"}
)
"""Events of a source that whoever cites it must know of."""

SECOND: Final = timedelta(seconds=1)
WHOLE: Final = 1_000_000
"""Entries of a trail that is read to its end."""


def mark_changed(reviews: Reviews, changes: Iterable[Change]) -> dict[str, list[str]]:
    """Mark the drafts that cite a source to which something happened; each event is told once.

    Args:
        reviews: the drafts.
        changes: events of the library, oldest first; those that were told before change nothing.

    Returns:
        Ids of the drafts that were marked, by source.
    """
    last = {c.source_id: c for c in changes if c.kind in TELLING}
    marked: dict[str, list[str]] = {}
    for source, change in last.items():
        drafts = sorted({draft for draft, _ in reviews.citing(source)})
        if any(not _knows(reviews, draft, change) for draft in drafts):
            marked[source] = reviews.mark_for_recheck(source)
    return {source: drafts for source, drafts in marked.items() if drafts}


def _knows(reviews: Reviews, draft: str, change: Change) -> bool:
    """Whether a draft was told of the event, was checked since, or was made after it."""
    at = datetime.fromisoformat(change.at) + SECOND  # it happened within the second it names
    entries = reviews.trail(draft, limit=WHOLE)
    since = [e for e in entries if e.at >= at]
    return len(since) == len(entries) or any(
        e.action == Recheck.model_fields["do"].default
        or (e.action == "marked" and e.detail.get("source") == change.source_id)
        for e in since
    )


def changed_sources(document: Document, library: Mapping[str, Source]) -> list[str]:
    """Ids of the sources of the evidence that the library has otherwise or no longer."""
    return [
        s.id
        for s in document.evidence.sources
        if s.id not in library or library[s.id].sha256 != s.sha256
    ]


def recheck(document: Document, tools: Tools) -> tuple[Document, dict[str, object]]:
    """Look cited words up in the library as it is; verify again what does not stand as it did.

    Words that stand elsewhere in their source are cited there; a sentence whose words are gone is
    verified on what is left, and on nothing left it is red.

    Returns:
        The document over the new texts, and for the trail: sources, sentences whose words moved.
    """
    known = {s.id: s for s in tools.library.sources()}
    back = _taken_back(document, tools)
    stale = list(dict.fromkeys([*changed_sources(document, known), *back]))
    if not stale:
        return document, {"sources": []}
    texts = {i: _text(i, tools) if i in known and i not in back else ("", []) for i in stale}
    cited = {c for s in document.sections for x in s.lines for c in x.citations}
    cited |= {c for t in document.tray for c in (*t.line.citations, *_some(t.nearest))}
    found = {c: _look_up(c, texts[c.source]) for c in cited if c.source in texts}
    anew = changed(document, evidence=_evidence(document, texts, found, tools))
    rulings = tuple(r for r in anew.rulings if any(s.id == r.source for s in anew.evidence.sources))
    anew = changed(anew, tray=_tray(document, found), rulings=rulings)
    placed = {x.id: _placed(x, found, back) for x in page_lines(document)}
    for line in placed.values():
        anew = with_line(anew, line)
    anew = changed(anew, verdict=verdict_of(anew), reason="")
    moved = [x.id for x in page_lines(document) if _is_moved(x, found) and not _computed(x)]
    for section in document.sections:
        for line in (placed[x.id] for x in section.lines if x.id in moved):
            if line.citations and not line.note:
                said = sentence_of(line, before(anew, section.id, line.id))
                [ruling] = tools.verify(anew, [said])
                keep = line.accepted_by if ruling.accepted else ""
                anew = with_line(anew, line_with(line, verification=ruling, accepted_by=keep))
    return anew, {"sources": stale, "moved": moved}


def _some(citation: Citation | None) -> tuple[Citation, ...]:
    return (citation,) if citation else ()


def _taken_back(document: Document, tools: Tools) -> dict[str, Notice]:
    """The sources of the evidence that were retracted or withdrawn, each with the last notice."""
    sources = [source.id for source in document.evidence.sources]
    return {one.source_id: one for one in tools.library.notices(sources) if one.takes_back}


def _text(source: str, tools: Tools) -> tuple[str, list[Passage]]:
    """Snapshot and passages of a source, as they are now."""
    return tools.library.snapshot(source), tools.library.passages(source)


def _look_up(cited: Citation, text: tuple[str, list[Passage]]) -> _Found:
    """The words at their old place, else at the first place in a passage that has them."""
    snapshot, passages = text
    if snapshot[cited.start : cited.end] == cited.quote:
        for p in passages:
            if p.start <= cited.start and cited.end <= p.end:
                return _Found(Citation.of(p, cited.start - p.start, cited.end - p.start))
    for p in passages:
        at = p.text.find(cited.quote)
        if at >= 0:
            return _Found(Citation.of(p, at, at + len(cited.quote)), moved=True)
    return _Found(None)


def _evidence(
    document: Document,
    texts: Mapping[str, tuple[str, list[Passage]]],
    found: Mapping[Citation, _Found],
    tools: Tools,
) -> Evidence:
    """The same evidence over the new texts; what the changed sources say is read again."""
    old = document.evidence
    wanted = {f.citation.passage for f in found.values() if f.citation}
    every = [p for _, passages in texts.values() for p in passages]
    by_text = {(p.source.id, p.text): p for p in every}
    hits: list[Hit] = []
    for hit in old.hits:
        now = by_text.get((hit.passage.source.id, hit.passage.text))
        if hit.passage.source.id not in texts:
            hits.append(hit)
        elif now is not None:
            hits.append(Hit(**{**dict(hit), "passage": now}))
    kept = Evidence(
        hits=tuple(hits),
        scope=old.scope,
        queries=old.queries,
        stances=tuple(s for s in old.stances if s.source not in texts),
        withdrawn=tuple(c for c in old.withdrawn if c.source not in texts),
        checks=tuple(c for c in (_renewed(check, texts) for check in old.checks) if c),
    )
    had = {s.source for s in old.stances}
    whole = [p for p in every if p.source.id in had]
    stances: tuple[SourceStance, ...] = ()
    if whole:
        stances = tools.stances.read(document.claim, whole)
    wanted |= {cited.passage for c in kept.checks for cited in (c.claim, c.rating)}
    new = [p for p in every if p.id in wanted]
    made = extended(kept, new, stances, whole)
    have = {s.id for s in made.sources}
    return Evidence(**{**dict(made), "stances": tuple(s for s in made.stances if s.source in have)})


def _renewed(
    check: PublishedCheck, texts: Mapping[str, tuple[str, list[Passage]]]
) -> PublishedCheck | None:
    """A published check as its source has it now; None where it checks that claim no more."""
    if check.source.id not in texts:
        return check
    now = find_review(texts[check.source.id][1])
    if now is None or now.claim.text != check.claim.quote:
        return None
    claim, rating = Citation.of(*now.claim), Citation.of(*now.rating)
    return PublishedCheck(source=now.rating.passage.source, claim=claim, rating=rating)


def _computed(line: Line) -> bool:
    """Whether it is a statement of the record, which is written again after every change."""
    return line.kind is Kind.INFERENCE


def _is_moved(line: Line, found: Mapping[Citation, _Found]) -> bool:
    """Whether words that it cites stand elsewhere, or nowhere."""
    looked = [found[c] for c in line.citations if c in found]
    return any(f.moved or f.citation is None for f in looked)


def _placed(line: Line, found: Mapping[Citation, _Found], taken_back: Mapping[str, Notice]) -> Line:
    """A sentence over the new texts; where nothing is left that it cited, it is red."""
    now = (found.get(c, _Found(c)).citation for c in line.citations)
    citations = tuple(dict.fromkeys(c for c in now if c))
    if citations or not line.citations or line.note or _computed(line):
        return line_with(line, citations=citations)
    gone = f"the words it cited are gone from the library: “{line.citations[0].quote}”"
    notices = (taken_back[c.source] for c in line.citations if c.source in taken_back)
    if notice := next(notices, None):
        gone = f"what it cited was {notice.kind}: “{notice.words}” ({notice.given_by})"
    return line_with(line, citations=(), verification=refused(gone), accepted_by="")


def _tray(document: Document, found: Mapping[Citation, _Found]) -> tuple[TrayLine, ...]:
    """The tray over the new texts; what lost words that it cited is ruled on when it is edited."""
    return tuple(
        TrayLine(
            line=_held(t.line, found),
            section=t.section,
            nearest=found.get(t.nearest, _Found(t.nearest)).citation if t.nearest else None,
            tried=t.tried,
        )
        for t in document.tray
    )


def _held(line: Line, found: Mapping[Citation, _Found]) -> Line:
    new = _placed(line, found, {})
    if len(new.citations) == len(line.citations):
        return new
    gone = refused("words that it cited are gone from the library")
    return line_with(new, verification=gone, accepted_by="")
