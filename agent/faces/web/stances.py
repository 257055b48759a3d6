"""What each source says of the claim, for the table under the verdict: read, ruled, counted."""

from typing import Final, NamedTuple

from agent.faces.web.layout import Layout, Quote
from agent.review.types import StanceRuling
from agent.types import SourceStance, Stance
from retrieval import Source

STANCES: Final = {
    Stance.FOR: "for",
    Stance.AGAINST: "against",
    Stance.PARTLY: "partly for",
    Stance.BOTH: "both",
    Stance.NEITHER: "neither",
}


class StanceRow(NamedTuple):
    """What one source says of the claim, and whether the verdict counts it."""

    source: Source
    stance: Stance
    words: list[Quote]
    holder: str
    counted: str
    ruling: StanceRuling | None
    computed: Stance | None
    at: str


def stance_rows(layout: Layout) -> list[StanceRow]:
    """Sources that take a side first, in the order of the evidence."""
    document = layout.document
    rulings = {r.source: r for r in document.rulings}
    read = {s.source: s for s in document.evidence.stances}
    held = {s.source: s for s in document.verdict.stances}
    ids = dict.fromkeys([*read, *held, *rulings])
    rows = [
        _row(layout, i, held.get(i), read.get(i), rulings.get(i))
        for i in ids
        if i in layout.sources
    ]
    return sorted(rows, key=lambda row: row.stance is Stance.NEITHER)


def count_in_words(layout: Layout, rows: list[StanceRow]) -> str:
    """`4 origins against, none for; 6 sources read`."""
    tally = layout.document.verdict.tally
    sides = [
        f"{_many(len(tally.opposing), 'origin')} against",
        f"{len(tally.supporting) or 'none'} for",
    ]
    if tally.partly:
        sides.append(f"{len(tally.partly)} partly")
    return f"{', '.join(sides)}; {_many(len(rows), 'source')} read"


def _row(
    layout: Layout,
    source: str,
    held: SourceStance | None,
    read: SourceStance | None,
    ruling: StanceRuling | None,
) -> StanceRow:
    """`held`: as the verdict has it; `read`: as it was computed, which a ruling replaces."""
    shown = held or read
    words = shown.words if shown else ()
    stance = ruling.stance if ruling else (shown.stance if shown else Stance.NEITHER)
    replaced = ruling is not None and read is not None and read.stance is not ruling.stance
    return StanceRow(
        source=layout.sources[source],
        stance=stance,
        words=[layout.quote(c) for c in words],
        holder="" if ruling or shown is None else shown.holder,
        counted=_counted(layout, layout.sources[source], stance, held),
        ruling=ruling,
        computed=read.stance if replaced and read is not None else None,
        at=f"?start={words[0].start}&end={words[0].end}#mark" if words else "",
    )


def _counted(layout: Layout, source: Source, stance: Stance, held: SourceStance | None) -> str:
    """Whether the verdict counts a source, and why not."""
    tally = layout.document.verdict.tally
    if stance is Stance.NEITHER:
        return "no: it takes no side"
    if held is not None and held.disputed:
        return "no: two readings of it are opposite"
    if held is not None and held.holder:
        return "no: it only reports what somebody holds"
    if not any(source.origin in side for side in (tally.supporting, tally.opposing, tally.partly)):
        return "no: taken back, or said otherwise later"
    others = (s for s in layout.sources.values() if s.id != source.id)
    return (
        "yes, as one with its reprints" if any(s.origin == source.origin for s in others) else "yes"
    )


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
