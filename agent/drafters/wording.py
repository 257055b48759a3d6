"""From what a model wrote to a sentence that can be ruled on, or one with its fault named."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from agent.drafters.faults import faults
from agent.drafters.leaning import LEANS
from agent.drafters.packing import Pack
from agent.drafters.phrasing import standing_alone
from agent.drafters.quoting import Place, find
from agent.phrases import day
from agent.types import Sentence
from agent.words import content
from prompts.base import Quote

MOST: Final = 4
"""Citations of a sentence."""
SAME: Final = 0.8
"""Share of words in common (Jaccard) from which a sentence says what another said."""
FIGURE: Final = re.compile(r"\d+")


def sentence(text: str, quotes: Sequence[Quote], packed: Pack) -> Sentence:
    """Place the quotations, then look at the words; what is wrong becomes the sentence's fault.

    A sentence that rests on one source and does not say who reports it is given that source's name.
    """
    said = _plain(text)
    places, fault = _placed(quotes, packed)
    sources = {p.source.id: p.source for q in quotes if (p := packed.passage(q.passage))}
    known = [f"{s.publisher} {day(s.published) if s.published else ''}" for s in sources.values()]
    held = " ".join([*(p.citation.quote for p in places), *known]).lower()
    fault = fault or next(faults(said, held, packed.small), "")
    if not fault and _leans(said, places):
        fault = "it does not say what it is about: a pronoun points at another sentence"
    if not fault and len(sources) == 1:
        said = standing_alone(said, next(iter(sources.values())))
    citations = {(p.citation.passage, p.citation.start): p.citation for p in places}
    return Sentence(
        text=said or "(nothing)", citations=tuple(citations.values())[:MOST], fault=fault
    )


def repeats(text: str, said: Sequence[str]) -> bool:
    """Whether `text` says again what was said; with another figure it says something else."""
    words, figures = set(content(text)), FIGURE.findall(text)
    for other in said:
        common = set(content(other))
        alike = len(words & common) >= SAME * max(1, len(words | common))
        if alike and figures == FIGURE.findall(other):
            return True
    return False


def _plain(text: str) -> str:
    """One line of visible characters in their plain form: what a check reads, a reader sees."""
    flat = " ".join(unicodedata.normalize("NFKC", text).split())
    return "".join(c for c in flat if not unicodedata.category(c).startswith("C"))


def _placed(quotes: Sequence[Quote], packed: Pack) -> tuple[list[Place], str]:
    """Where the quotations were found, and the first fault."""
    places: list[Place] = []
    fault = "" if quotes else "it quotes nothing"
    for quote in quotes:
        passage = packed.passage(quote.passage)
        place = find(quote.words, passage) if passage else None
        if place is not None:
            places.append(place)
        elif passage is None:
            fault = fault or "it cites a passage that its writer was not given"
        else:
            fault = fault or "the words it quotes are not in the passage it cites"
    return places, fault


def _leans(text: str, places: Sequence[Place]) -> bool:
    """Whether it speaks of what only another sentence names."""
    said = set(content(text))
    return bool(LEANS.match(text)) or any(
        place.lead and not said & set(content(place.lead)) for place in places
    )
