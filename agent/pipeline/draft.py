"""From evidence to a body that stands; where too much falls, the spare writer steps in visibly."""

from collections.abc import Callable, Sequence
from typing import Final

from agent.llm import budget
from agent.pipeline.repair import verify_and_repair
from agent.pipeline.retrieve import too_thin_for_page
from agent.ports import Writer
from agent.types import CheckedSection, Plan, RejectedSentence, Section, Support
from agent.verification.gate import CitationGate
from agent.writers.facets import Facet

Body = tuple[tuple[CheckedSection, ...], tuple[RejectedSentence, ...]]


class CouldNotCheck(Exception):
    """The verifier failed on so much that there is no page: nothing unchecked is shown."""


LEAST: Final = 0.5
"""Share of a section's sentences, or of a page's sections, below which it is written anew."""


def draft_body(
    plan: Plan,
    gate: CitationGate,
    writer: Writer,
    spare: Writer | None = None,
    on_step: Callable[[str], None] = lambda _: None,
) -> Body:
    """Draft, rule, repair; then replace the sections, or the page, that lost too much.

    Raises:
        CouldNotCheck: the verifier could not rule, and too little stands for a page.
    """
    draft = writer.draft(plan, gate.evidence)
    on_step("check")
    body, fallen = verify_and_repair(draft, gate, writer)
    if too_thin_for_page(body, gate.evidence) and (unchecked := _unchecked(fallen)):
        raise CouldNotCheck(f"No page: the verifier failed ({unchecked})")
    lost = _lost(draft, body)
    if spare is None or not (lost or too_thin_for_page(body, gate.evidence)):
        return body, fallen
    written = spare.draft(plan, gate.evidence)
    if written == draft:  # the model failed, and the spare writer has written already
        return body, fallen
    other, dropped = verify_and_repair(written, gate, spare)
    fallen = (*fallen, *dropped)
    if too_thin_for_page(body, gate.evidence) or len(lost) > LEAST * len(draft):
        budget.current().note(
            f"Too much of what the writer {writer.name} wrote did not stand: the page was "
            f"written by the writer {spare.name}."
        )
        budget.current().stood_in = True
        return other, fallen
    return _patched(body, other, lost), fallen


def _unchecked(fallen: Sequence[RejectedSentence]) -> str | None:
    verifications = (f.sentence.ruling for f in fallen)
    return next((r.reason for r in verifications if r.support is Support.UNCHECKED), None)


def _lost(draft: Sequence[Section], body: Sequence[CheckedSection]) -> set[str]:
    """Facets of sections of which less than half stands."""
    standing = {s.heading: len(s.sentences) for s in body}
    return {
        facet(s.heading) for s in draft if standing.get(s.heading, 0) < LEAST * len(s.sentences)
    }


def _patched(
    body: Sequence[CheckedSection], other: Sequence[CheckedSection], lost: set[str]
) -> tuple[CheckedSection, ...]:
    """The body with the lost sections in the other's words, without what it says already."""
    kept = {facet(s.heading): s for s in body}
    cited = {
        (c.passage, c.start)
        for name, section in kept.items()
        if name not in lost
        for s in section.sentences
        for c in s.citations
    }
    for section in other:
        name = facet(section.heading)
        fresh = tuple(
            s for s in section.sentences if not cited & {(c.passage, c.start) for c in s.citations}
        )
        if name in lost and fresh:
            kept[name] = CheckedSection(heading=section.heading, sentences=fresh)
            budget.current().note(
                f"The section {name!r} was written by the embedded writer: too much of the "
                "model's did not stand."
            )
    order = [f.value for f in Facet]
    return tuple(sorted(kept.values(), key=lambda s: order.index(facet(s.heading))))


def facet(heading: str) -> str:
    """What a heading begins with, before the names that it is about."""
    return heading.split(":", maxsplit=1)[0]
