"""Sources that tell the same story: reprints of one wire report count once."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from itertools import islice

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from retrieval.record import Record, Sketch
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
BANDS = (42, 3)
"""Bands and rows of the index. A pair of similarity s is compared with probability 1-(1-s^3)^42:
0.996 at `NEAR`, 0.005 at 0.05, which two reports of one event reach."""

BATCH = 10_000
"""Shingles hashed at a time: their words take memory."""


Minima = npt.NDArray[np.uint32]
"""Of MinHash: shape (n, `PERMUTATIONS`)."""


def assign_origins(record: Record) -> None:
    """Work the origins of a record out afresh: one new source can join two old ones into one story.

    Only texts that are new or changed are read; what is known of the others is in the record.
    """
    with record.reader() as reader:
        sources, known = reader.sources(), reader.sketches(_maker())
        due = [s.id for s in sources if s.id not in known or known[s.id].sha256 != s.sha256]
        made = {id_: sketch_text(reader.snapshot(id_)) for id_ in due}
    record.keep_sketches(_maker(), made)
    record.set_origins(group_origins(sources, known | made))


def group_origins(sources: Sequence[Source], sketches: Mapping[str, Sketch]) -> dict[str, str]:
    """Give every source of a library its origin.

    The origin is the outlet: a copy's is the outlet that it copies (`syndicated_from`), so the
    copies share it with that outlet's own stories. Sources whose texts are equal or nearly so
    share the origin of the first among them: the one that admits to be a copy, else the earliest,
    else the first by id.

    Args:
        sources: in any order; the result does not depend on it.
        sketches: of the text of each, by source id.

    Returns:
        Source id to origin.
    """
    groups = _DisjointSets()
    for one, other in _find_alike(sketches):
        groups.join(one, other)
    first: dict[str, Source] = {}
    for source in sorted(sources, key=_precedence):
        first.setdefault(groups.root(source.id), source)
    roots = {source.id: first[groups.root(source.id)] for source in sources}
    return {id_: name_origin(root.id, root) for id_, root in roots.items()}


def sketch_text(text: str) -> Sketch:
    """What is kept of a text to find its copies: a hash of its words, and their MinHash."""
    words = re.findall(r"\w+", text.casefold())
    key = sha256(" ".join(words).encode()).digest()
    plain = sha256(text.encode()).hexdigest()
    if len(words) < SHINGLE:
        return Sketch(sha256=plain, words=key, minima=b"")
    shingles = zip(*(words[i:] for i in range(SHINGLE)), strict=False)
    minhash = RMinHash(PERMUTATIONS, seed=1)
    while some := [" ".join(shingle) for shingle in islice(shingles, BATCH)]:
        minhash.update(some)
    minima = np.array(minhash.digest(), "<u4").tobytes()
    return Sketch(sha256=plain, words=key, minima=minima)


@cache
def _maker() -> str:
    """Names what makes sketches: those of another maker are made anew."""
    return f"minhash/{PERMUTATIONS}/{SHINGLE}/rensa-{version('rensa')}"


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


def _find_alike(sketches: Mapping[str, Sketch]) -> Iterator[tuple[str, str]]:
    """Pairs of texts that are equal, or whose similarity reaches `NEAR`."""
    first: dict[bytes, str] = {}
    for id_, sketch in sketches.items():
        if (same := first.setdefault(sketch.words, id_)) != id_:
            yield same, id_
    ids = [id_ for id_ in first.values() if sketches[id_].minima]
    minima = np.frombuffer(b"".join(sketches[i].minima for i in ids), "<u4")
    for one, others in _find_near(minima.reshape(-1, PERMUTATIONS)):
        yield from ((ids[one], ids[other]) for other in others)


def _find_near(minima: Minima) -> Iterator[tuple[int, list[int]]]:
    """Rows, each with later ones whose share of equal minima reaches `NEAR`.

    Rows that are equal in one of the `BANDS` are compared. A band is sorted, not kept in a table:
    at 100,000 texts tables of all bands take more than a gigabyte.
    """
    bands, width = BANDS
    for band in range(bands):
        keys = np.ascontiguousarray(minima[:, width * band : width * (band + 1)])
        names = keys.view(f"V{keys.itemsize * width}").ravel()
        order = np.argsort(names, kind="stable")
        cuts = np.flatnonzero(names[order][1:] != names[order][:-1]) + 1
        ends = np.append(cuts, len(order))
        starts = np.append(0, cuts)
        for run in np.flatnonzero(ends - starts > 1):
            alike = order[starts[run] : ends[run]]
            for place, one in enumerate(alike[:-1], start=1):
                others = alike[place:]
                equal = np.mean(minima[others] == minima[one], axis=1)
                yield int(one), others[equal >= NEAR].tolist()


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
