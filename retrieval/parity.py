"""Whether an index says what the record says: a quick check, and an exhaustive one."""

from typing import TYPE_CHECKING

from retrieval.errors import IndexBroken
from retrieval.record import Reader

if TYPE_CHECKING:
    from retrieval.chroma import ChromaIndex

CANARIES = 200
CANARY_RECALL = 0.99
"""Share of sampled passages that must find themselves. An approximate index of this kind misses
0.1 % at 100,000 passages; damage that does not show otherwise costs far more."""
_TWIN = 0.9999


def check(index: "ChromaIndex", reader: Reader) -> None:
    """Hold an index against the record: as many passages, and sampled ones find themselves.

    Raises:
        IndexBroken: they do not.
    """
    count, expected = index.count(), reader.count()
    if count != expected:
        raise IndexBroken(
            f"The index holds {count} passages, the record {expected}.",
            "It is rebuilt from the record by itself.",
        )
    if not count:
        return
    ids, vectors = reader.vectors(reader.sample(CANARIES))
    few = range(0, len(ids), 20)  # Chroma holds Python's lock while it searches
    found = [near for first in few for near in index.nearest(vectors[first : first + 20], 10)]
    good = sum(
        near.get(i, -1.0) >= _TWIN or min(near.values()) >= _TWIN  # itself, or nothing but twins
        for i, near in zip(ids, found, strict=True)
    )
    if good < CANARY_RECALL * len(ids):
        raise IndexBroken(
            f"Only {good} of {len(ids)} sampled passages find themselves in the index.",
            "It is rebuilt from the record by itself.",
        )


def compare(index: "ChromaIndex", reader: Reader) -> list[str]:
    """Every passage of the index held against the record, in words; empty when they agree."""
    held, expected = index.ids(), reader.ids()
    astray: list[str] = []
    for entries in reader.entries():
        stored = index.stored(entries.ids)
        for passage, fields, vector in zip(
            entries.ids, entries.fields, entries.vectors, strict=True
        ):
            if passage in stored:
                found, told = stored[passage]
                if told != fields or not float(found @ vector) >= _TWIN:
                    astray.append(passage)
    told_of = {
        "are missing from the index": sorted(expected - held),
        "are in the index alone": sorted(held - expected),
        "have another vector or other fields in the index": astray,
    }
    return [f"{len(ids)} passages {what}, as {ids[0]}." for what, ids in told_of.items() if ids]
