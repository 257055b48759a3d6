"""The sections of a page: which sentences stand under which heading, and how each is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from agent.types import Sentence
from agent.writers.candidates import Candidate
from agent.writers.facets import Facet
from agent.writers.realization import SentenceWriter
from agent.writers.selection import in_order, rival
from retrieval.types import Vectors

FURTHER: Final = 1
"""Sentences of a paragraph that are told with its first."""
SECTIONS: Final = 2
"""Sections of a body, which no heading is worth."""
APART: Final = 0.70
"""Cosine from which two findings are on one matter: they head no two sections."""
ONE_SOURCE: Final = 0.10
"""Added to the closeness of two sentences of one source: it tells what belongs together."""
PARAGRAPH: Final = 5
"""Sentences of sources in a section."""
Key = tuple[str, int]
Group = tuple[Sentence | None, Facet, list[Candidate]]
"""A heading, where there is one; what its section is about; and what stands in it."""


@dataclass(frozen=True)
class Composer:
    """Tells the sections of one page; what is told counts as used."""

    found: Sequence[Candidate]
    teller: SentenceWriter
    used: set[Key]

    def written(self, chosen: Sequence[Candidate]) -> tuple[Sentence, ...]:
        """The sentences of a section, some with the next one of their paragraph."""
        self.teller.turn()
        made: list[Sentence] = []
        for one in chosen:
            if self.used & {r.key for r in one.run()}:
                continue
            self.used.update(r.key for r in one.run())
            other = rival(one, self.found)
            if other is not None and other.key not in self.used:
                self.used.add(other.key)
                made.append(self.teller.change(*in_order(one, other)))
            else:
                more = _more(one, chosen, self.teller, self.used)
                made.append(self.teller.tell(one, *more))
        return tuple(made)


def group(
    chosen: Sequence[Candidate],
    heads: Mapping[Key, tuple[Candidate, Sentence]],
    vector: Mapping[Key, Vectors],
) -> list[Group]:
    """Each sentence under the heading that it is nearest to; in the order of their facets.

    Where there are too few headings, what is left stands under what it is about.
    """
    groups: dict[Key, list[Candidate]] = {key: [one] for key, (one, _) in heads.items()}
    left: list[Candidate] = []
    for one in (c for c in chosen if c.key not in heads):
        near = {
            key: float(vector[one.key] @ vector[key])
            + ONE_SOURCE * (head.source.id == one.source.id)
            for key, (head, _) in heads.items()
            if len(groups[key]) < PARAGRAPH
        }
        home = max(near, key=lambda key: near[key], default=None)
        if home is None or (len(heads) < SECTIONS and near[home] < APART):
            left.append(one)
        else:
            groups[home].append(one)
    made: list[Group] = [(heads[key][1], heads[key][0].facet, mine) for key, mine in groups.items()]
    if left:
        made.append((None, left[0].facet, left))
    known = {c.key for c in chosen}
    told = [g for g in made if len(g[2]) > 1 or g[2][0].key in known]
    made = told if len(told) >= SECTIONS else made
    if len(made) == 1 and len(made[0][2]) > 1:
        title, facet, mine = made[0]
        made = [(title, facet, mine[: len(mine) // 2]), (None, facet, mine[len(mine) // 2 :])]
    return sorted(made, key=lambda group: list(Facet).index(group[1]))


def _more(
    one: Candidate, rest: Sequence[Candidate], teller: SentenceWriter, used: set[Key]
) -> list[Candidate]:
    """What else of its paragraph is told with a sentence; it counts as used.

    What speaks for or against the claim is told alone, so that its citation is its own.
    """
    more: list[Candidate] = []
    words = sum(len(r.text.split()) for r in one.run())
    plain_ones = [] if one.decisive else [c for c in rest if c.key not in used and not c.decisive]
    for after in sorted(plain_ones, key=lambda c: c.start):
        if len(more) < FURTHER and teller.follows(after, (one, *more)[-1], words):
            more.append(after)
            words += len(after.text.split())
            used.add(after.key)
    return more
