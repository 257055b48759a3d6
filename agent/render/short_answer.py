"""The short answer, made from a page: what `verdict ask`, and later Slack and MCP, show."""

from datetime import date
from typing import Final

from agent.claims.opposite import count_negations
from agent.language.phrases import day
from agent.language.text import content
from agent.render import wording
from agent.statements import RecordStatements
from agent.types import (
    Certificate,
    CheckedSentence,
    Citation,
    ClaimKind,
    Earlier,
    Insufficient,
    Kind,
    Page,
    Value,
    VerdictLabel,
)
from retrieval.types import Scope, Source

PLAIN: Final = {
    VerdictLabel.SUPPORTED: "The sources bear it out.",
    VerdictLabel.REFUTED: "The sources say it is not so.",
    VerdictLabel.MIXED: "The sources point both ways.",
    VerdictLabel.UNPROVEN: "The sources do not settle it.",
}
NO_VERDICT: Final = {
    ClaimKind.OPINION: "an opinion; it gets no verdict",
    ClaimKind.PREDICTION: "a prediction; it gets no verdict",
    ClaimKind.UNCLEAR: "not clear enough to check",
}
NOTHING: Final = "The library has nothing on this."
NO_ANSWER: Final = "No source of the library was found to answer it."
TOO_LITTLE: Final = "No passage of the library was read as saying it or denying it."
SHOWN: Final = 3
ALIKE: Final = 0.9
"""Share of the shorter sentence's words in another that says the same."""


class Point(Value):
    """One sentence that stands, with its citations and where they come from."""

    text: str
    citations: tuple[Citation, ...]
    sources: tuple[Source, ...]


class FoundCheck(Value):
    """What others found when they checked the same claim."""

    publisher: str
    rating: str
    claim: str
    published: date | None
    url: str
    source: str
    """Id of the source that holds these words."""
    told: str
    """All of it in a line."""


class Answer(Value):
    """The same verdict, sentences and scope whichever face asks."""

    question: str
    claim: str
    verdict: VerdictLabel | None
    """None where there was not enough evidence to draft."""
    headline: str
    """The verdict in a word or two, as every face shows it."""
    plain: str
    scope: str
    as_of: date
    points: tuple[Point, ...]
    searched: Scope
    thrown_out: int
    certificates: tuple[Certificate, ...] = ()
    """What the page says is absent, and the search that says so."""
    reading: tuple[str, ...] = ()
    """What was done to the question on the way to the claim."""
    earlier: tuple[Earlier, ...] = ()
    """Earlier drafts about the same claim, newest first."""
    checks: tuple[FoundCheck, ...] = ()
    """Checks of this claim that others published: evidence among others."""
    notices: tuple[str, ...] = ()
    """Which sources were taken back and left out, and what is said of those that are cited."""


def short_answer(draft: Page | Insufficient) -> Answer:
    """Shorten a page: the verdict in plain words and the strongest findings."""
    when = draft.question.as_of or draft.question.asked_on
    if isinstance(draft, Insufficient):
        return Answer(
            question=draft.question.text,
            claim=draft.claim.text,
            verdict=None,
            headline="Not enough evidence",
            plain=_nothing(draft),
            scope=draft.reason,
            as_of=when,
            points=(),
            searched=draft.scope,
            thrown_out=0,
            reading=draft.claim.notes,
            earlier=draft.earlier,
            checks=_checks(draft),
            notices=tuple(told for _, told in wording.source_notices(draft)),
        )
    return Answer(
        question=draft.question.text,
        claim=draft.claim.text,
        verdict=draft.verdict.label,
        headline=wording.verdict(draft),
        plain=_plain(draft),
        scope=draft.verdict.scope,
        as_of=when,
        points=_points(draft),
        searched=draft.evidence.scope,
        thrown_out=len(draft.fallen),
        certificates=_certificates(draft),
        reading=draft.claim.notes,
        earlier=draft.earlier,
        checks=_checks(draft),
        notices=tuple(told for _, told in wording.source_notices(draft)),
    )


def _checks(draft: Page | Insufficient) -> tuple[FoundCheck, ...]:
    return tuple(
        FoundCheck(
            publisher=check.source.publisher,
            rating=check.rating.quote,
            claim=check.claim.quote,
            published=check.source.published,
            url=check.source.url,
            source=check.source.id,
            told=told,
        )
        for check, told in wording.published_checks(draft)
    )


def _nothing(draft: Insufficient) -> str:
    if draft.silent:
        return NOTHING
    return NO_ANSWER if draft.claim.asks else TOO_LITTLE


def _plain(page: Page) -> str:
    """The answer in a sentence or two."""
    if page.claim.asks:
        return f'The question asks "{page.claim.asks}"; this is what the sources say to it.'
    if page.claim.kind is not ClaimKind.FACTUAL:
        return f"This is {NO_VERDICT[page.claim.kind]}."
    told = RecordStatements.of(page.claim, page.evidence, page.sections, page.verdict).told()
    if page.verdict.label is VerdictLabel.UNPROVEN and told:
        return f"{told[0].upper()}{told[1:]}, which is not enough for a verdict."
    return PLAIN[page.verdict.label]


def _points(page: Page) -> tuple[Point, ...]:
    """What decided first, then the summary, then the body; what says the same again is left out."""
    shown: list[CheckedSentence] = []
    decided = [s for s in page.sentences() if any(map(page.verdict.rests_on, s.citations))]
    for sentence in (*decided, *page.sentences()):
        fresh = not any(_again(sentence, other) for other in shown)
        if sentence.kind is Kind.FINDING and fresh and len(shown) < SHOWN:
            shown.append(sentence)
    return tuple(_point(s, page) for s in shown)


def _again(one: CheckedSentence, other: CheckedSentence) -> bool:
    """Whether two sentences show the same words of a source, or nearly the same words."""
    if any(a.overlaps(b) for a in one.citations for b in other.citations):
        return True
    mine, theirs = (set(content(s.text)) for s in (one, other))
    alike = len(mine & theirs) >= ALIKE * max(1, min(len(mine), len(theirs)))
    return alike and count_negations(one.text) % 2 == count_negations(other.text) % 2


def _certificates(page: Page) -> tuple[Certificate, ...]:
    """Each proposition once, in order of the page."""
    held = (s.ruling.certificate for s in page.sentences())
    return tuple({c.proposition: c for c in held if c}.values())


def _point(sentence: CheckedSentence, page: Page) -> Point:
    by_id = {s.id: s for s in page.evidence.sources}
    ids = dict.fromkeys(c.source for c in sentence.citations)
    return Point(
        text=sentence.text,
        citations=sentence.citations,
        sources=tuple(by_id[i] for i in ids),
    )


def as_text(found: Answer) -> str:
    """A few short lines."""
    checked = [f"{wording.CHECKED}: {c.told} - {c.url}" for c in found.checks]
    lines = [
        *checked,
        f"{found.headline}. {found.plain}",
        f"As of {day(found.as_of)}: {found.scope}.",
    ]
    lines += [f"Claim: {found.claim.rstrip('.')}.", *found.reading, *found.notices]
    lines += [f"Checked before on {day(e.checked_on)}: {e.verdict.value}." for e in found.earlier]
    lines.append("")
    for point in found.points:
        names = "; ".join(f"{s.publisher}, {s.url}" for s in point.sources)
        lines += [f"- {point.text}", f"  ({names})"]
    searched = found.searched
    lines += [""] if found.points else []
    lines.append(
        f"Searched: {searched.passages} passages of {searched.sources} sources. "
        f"Thrown out by the check: {found.thrown_out}."
    )
    return "\n".join(lines)
