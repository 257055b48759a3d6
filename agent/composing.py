"""From evidence to a body that stands; where too much falls, the spare drafter steps in visibly."""

from collections.abc import Callable, Sequence
from typing import Final

from agent import budget
from agent.drafters.facets import Facet
from agent.gather import thin
from agent.ports import Drafter
from agent.settle import settle
from agent.types import CheckedSection, Fallen, Plan, Section, Support
from agent.verification import Court

Body = tuple[tuple[CheckedSection, ...], tuple[Fallen, ...]]


class CouldNotCheck(Exception):
    """The verifier failed on so much that there is no page: nothing unchecked is shown."""


LEAST: Final = 0.5
"""Share of a section's sentences, or of a page's sections, below which it is written anew."""


def compose(
    plan: Plan,
    court: Court,
    drafter: Drafter,
    spare: Drafter | None = None,
    on_step: Callable[[str], None] = lambda _: None,
) -> Body:
    """Draft, rule, repair; then replace the sections, or the page, that lost too much.

    Raises:
        CouldNotCheck: the verifier could not rule, and too little stands for a page.
    """
    draft = drafter.draft(plan, court.evidence)
    on_step("check")
    body, fallen = settle(draft, court, drafter)
    if thin(body, court.evidence) and (unchecked := _unchecked(fallen)):
        raise CouldNotCheck(f"No page: the verifier failed ({unchecked})")
    lost = _lost(draft, body)
    if spare is None or not (lost or thin(body, court.evidence)):
        return body, fallen
    written = spare.draft(plan, court.evidence)
    if written == draft:  # the model failed, and the spare drafter has written already
        return body, fallen
    other, dropped = settle(written, court, spare)
    fallen = (*fallen, *dropped)
    if thin(body, court.evidence) or len(lost) > LEAST * len(draft):
        budget.current().note(
            f"Too much of what the drafter {drafter.name} wrote did not stand: the page was "
            f"written by the drafter {spare.name}."
        )
        budget.current().stood_in = True
        return other, fallen
    return _patched(body, other, lost), fallen


def _unchecked(fallen: Sequence[Fallen]) -> str | None:
    rulings = (f.sentence.ruling for f in fallen)
    return next((r.reason for r in rulings if r.support is Support.UNCHECKED), None)


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
                f"The section {name!r} was written by the embedded drafter: too much of the "
                "model's did not stand."
            )
    order = [f.value for f in Facet]
    return tuple(sorted(kept.values(), key=lambda s: order.index(facet(s.heading))))


def facet(heading: str) -> str:
    """What a heading begins with, before the names that it is about."""
    return heading.split(":", maxsplit=1)[0]
