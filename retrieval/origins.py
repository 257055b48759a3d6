"""Sources that tell the same story: reprints of one wire report count once."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import sha256
from itertools import islice
from typing import Any

from retrieval.types import Source
from retrieval.vetting import Admission, provided_by

NEAR = 0.5
"""Jaccard similarity of word 5-shingles from which two texts are one story, as in Broder et al.,
"Syntactic clustering of the Web" (1997). Independent reports of one event share quotations, some
per cent of their shingles; a reprint keeps most of them, and a cut or re-led one about half."""
SHINGLE = 5
"""Words. Shorter runs recur by chance and in stock phrases."""
PERMUTATIONS = 126
"""Of MinHash; the standard error of an estimated similarity of 0.5 is 0.045."""
BANDS = 42
"""Bands of the index, of 3 rows each. A pair of similarity s is compared with probability
1-(1-s^3)^42: 0.996 at `NEAR`, 0.005 at 0.05, which two reports of one event reach."""

BATCH = 10_000
"""Shingles hashed at a time: their words take memory."""


def find_origins(stories: Iterable[tuple[Source, str]]) -> dict[str, str]:
    """Give every source of a library its origin.

    The origin is the outlet: a copy's is the outlet that it copies (`syndicated_from`), so the
    copies share it with that outlet's own stories. Sources whose texts are equal or nearly so
    share the origin of the first among them: the one that admits to be a copy, else the earliest,
    else the first by id.

    Args:
        stories: each source with its snapshot, in any order; the result does not depend on it.

    Returns:
        Source id to origin.
    """
    sources: dict[str, Source] = {}
    same: dict[bytes, str] = {}
    groups, near = _DisjointSets(), _NearDuplicates()
    for source, text in stories:
        sources[source.id] = source
        words = re.findall(r"\w+", text.casefold())
        key = sha256(" ".join(words).encode()).digest()
        alike = [same[key]] if key in same else near.add(source.id, words)
        same.setdefault(key, source.id)
        for other in alike:
            groups.join(other, source.id)
    first: dict[str, Source] = {}
    for source in sorted(sources.values(), key=_precedence):
        first.setdefault(groups.root(source.id), source)
    roots = {id_: first[groups.root(id_)] for id_ in sources}
    return {id_: name_origin(root.id, root) for id_, root in roots.items()}


def name_outlet(publisher: str, syndicated_from: str | None) -> str:
    """Whose words these are, as a slug; a remark in brackets after a name is left out."""
    name = re.sub(r"\s*\([^()]*\)\s*$", "", syndicated_from or publisher)
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "-".join(re.findall(r"[^\W_]+", re.sub("[\u0300-\u036f'’]", "", plain))) or name


def name_origin(id_: str, source: Source | Admission) -> str:
    """The outlet of a source; where its publisher is not known, the source is one by itself."""
    if source.publisher == provided_by(source.vetted_by) and not source.syndicated_from:
        return name_outlet(f"{source.publisher} {id_}", None)
    return name_outlet(source.publisher, source.syndicated_from)


def _precedence(source: Source) -> tuple[bool, date, str]:
    return source.syndicated_from is None, source.published or date.max, source.id


class _NearDuplicates:
    """Texts seen so far, to be asked which of them a further one is nearly equal to."""

    def __init__(self) -> None:
        from rensa import RMinHashLSH  # noqa: PLC0415 - not needed by who only reads

        self._index = RMinHashLSH(NEAR, PERMUTATIONS, BANDS)
        self._sketches: list[tuple[str, Any]] = []

    def add(self, id_: str, words: Sequence[str]) -> list[str]:
        """Remember a text; return the earlier ones whose similarity to it reaches `NEAR`."""
        if len(words) < SHINGLE:
            return []
        sketch = _sketch(words)
        candidates = [self._sketches[number] for number in self._index.query(sketch)]
        self._index.insert(len(self._sketches), sketch)
        self._sketches.append((id_, sketch))
        return [other for other, its in candidates if sketch.jaccard(its) >= NEAR]


def _sketch(words: Sequence[str]) -> Any:  # noqa: ANN401 - rensa has no types
    from rensa import RMinHash  # noqa: PLC0415

    sketch = RMinHash(PERMUTATIONS, seed=1)
    shingles = zip(*(words[i:] for i in range(SHINGLE)), strict=False)
    while some := [" ".join(shingle) for shingle in islice(shingles, BATCH)]:
        sketch.update(some)
    return sketch


class _DisjointSets:
    """Disjoint sets of ids."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def root(self, id_: str) -> str:
        while (parent := self._parent.get(id_, id_)) != id_:
            self._parent[id_] = self._parent.get(parent, parent)
            id_ = parent
        return id_

    def join(self, one: str, other: str) -> None:
        self._parent[self.root(other)] = self.root(one)
