"""The sections of a page: which sentences stand under which heading, and which are told in one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from agent.types import Evidence, Sentence
from agent.writers.candidates import Candidate
from agent.writers.facets import Facet
from agent.writers.reading import Reader
from agent.writers.realization import SentenceWriter
from agent.writers.selection import in_order, rival
from retrieval.types import Vectors

RELATED: Final = 0.62
"""Cosine from which two short sentences of different origins are told in one."""
FURTHER: Final = 1
"""Sentences of a paragraph that are told with its first."""
SECTIONS: Final = 2
"""Sections of a body, which no heading is worth."""
TWO: Final = 2
"""Sentences of a pair."""
APART: Final = 0.70
"""Cosine from which two findings are on one matter: they head no two sections."""
ONE_SOURCE: Final = 0.10
"""Added to the closeness of two sentences of one source: it tells what belongs together."""
PARAGRAPH: Final = 5
"""Sentences of sources in a section."""
Key = tuple[str, int]
Pair = tuple[Candidate, Candidate | None]
Group = tuple[Sentence | None, Facet, list[Candidate]]
"""A heading, where there is one; what its section is about; and what stands in it."""


def pair_up(chosen: Sequence[Candidate], vector: Mapping[Key, Vectors]) -> list[Pair]:
    """In order of worth; beside a sentence the nearest of another origin, where one is near.

    Each sentence is in one pair, alone or with a partner of another origin on the same matter.
    """
    rest = list(chosen)
    pairs: list[Pair] = []
    while rest:
        one = rest.pop(0)
        near = {
            c.key: float(vector[one.key] @ vector[c.key])
            for c in rest
            if c.source.origin != one.source.origin
            and len({s.stance for s in (one, c) if s.decisive}) < 2  # who differ stand alone
        }
        best = max((c for c in rest if c.key in near), key=lambda c: near[c.key], default=None)
        if best is not None and near[best.key] >= RELATED:
            rest.remove(best)
            pairs.append((one, best))
        else:
            pairs.append((one, None))
    return pairs


@dataclass(frozen=True)
class Composer:
    """Tells the sections of one page; what is told counts as used."""

    found: Sequence[Candidate]
    teller: SentenceWriter
    used: set[Key]
    evidence: Evidence
    reader: Reader

    def written(self, pairs: Sequence[Pair]) -> tuple[Sentence, ...]:
        """The pairs of a section, in one sentence each where that stays readable."""
        self.teller.turn()
        made: list[Sentence] = []
        rest = [c for pair in pairs for c in pair if c]
        for pair in pairs:
            told: list[Sentence] = []
            for one in (c for c in pair if c and not self.used & {r.key for r in c.run()}):
                self.used.update(r.key for r in one.run())
                other = rival(one, self.found)
                if other is not None and other.key not in self.used:
                    self.used.add(other.key)
                    told.append(self.teller.change(*in_order(one, other)))
                else:
                    more = () if pair[1] else _more(one, rest, self.teller, self.used)
                    told.append(self.teller.tell(one, *more))
            made += self._together(told)
        return tuple(made)

    def _together(self, told: Sequence[Sentence]) -> Sequence[Sentence]:
        """Both sentences of a pair in one that the judge accepts; else each for itself."""
        forms = self.teller.together(*told) if len(told) == TWO else []
        carried = self.reader.carried(forms, self.evidence)
        return next(([f] for f, fits in zip(forms, carried, strict=True) if fits), told)


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
