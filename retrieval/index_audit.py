"""Whether an index says what the record says: a quick check, and an exhaustive one."""

from typing import TYPE_CHECKING

from retrieval.errors import IndexBroken
from retrieval.record import Reader

if TYPE_CHECKING:
    from retrieval.chroma import ChromaIndex

SAMPLE = 200
SAMPLE_RECALL = 0.99
"""Share of sampled passages that must find themselves. An approximate index of this kind misses
0.1 % at 100,000 passages; damage that does not show otherwise costs far more."""
_TWIN = 0.9999


def check_sample(index: "ChromaIndex", reader: Reader) -> None:
    """Compare an index with the record: as many passages, and sampled ones find themselves.

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
    ids, vectors = reader.vectors(reader.sample(SAMPLE))
    starts = range(0, len(ids), 20)  # Chroma holds Python's lock while it searches
    found = [near for first in starts for near in index.nearest(vectors[first : first + 20], 10)]
    good = sum(
        near.get(i, -1.0) >= _TWIN or min(near.values()) >= _TWIN  # itself, or nothing but twins
        for i, near in zip(ids, found, strict=True)
    )
    if good < SAMPLE_RECALL * len(ids):
        raise IndexBroken(
            f"Only {good} of {len(ids)} sampled passages find themselves in the index.",
            "It is rebuilt from the record by itself.",
        )


def compare_all(index: "ChromaIndex", reader: Reader) -> list[str]:
    """Compare every passage of the index with the record; differences in words."""
    indexed, expected = index.ids(), reader.ids()
    wrong: list[str] = []
    for entries in reader.entries():
        in_index = index.read(entries.ids)
        for passage, fields, vector in zip(
            entries.ids, entries.fields, entries.vectors, strict=True
        ):
            if passage in in_index:
                found, its_fields = in_index[passage]
                if its_fields != fields or not float(found @ vector) >= _TWIN:
                    wrong.append(passage)
    differences = {
        "are missing from the index": sorted(expected - indexed),
        "are in the index alone": sorted(indexed - expected),
        "have another vector or other fields in the index": wrong,
    }
    return [f"{len(ids)} passages {what}, as {ids[0]}." for what, ids in differences.items() if ids]
