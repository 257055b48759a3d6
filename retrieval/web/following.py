"""Earlier versions: their passages found again today, and the library as it was on a day."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from retrieval.chunking import split_passages
from retrieval.library import Library
from retrieval.types import EVERYTHING, Filters, Hit, Passage, Passages, Scope, Vectors


def follow_passage(library: Library, source_id: str, passage_id: str) -> Passage | None:
    """The passage of today that has the words of an earlier one; None where no passage has them.

    Args:
        library: holds the source and its earlier versions.
        source_id: of the source.
        passage_id: of a passage that it has, or had in one of these versions.

    Raises:
        LibraryError: there is no such source.
    """
    now = library.passages(source_id)
    if same := next((one for one in now if one.id == passage_id), None):
        return same
    for version in reversed(library.history.versions(source_id)):
        before = split_passages(source_id, version.snapshot)
        if found := next((one for one in before if one.id == passage_id), None):
            words = _space_evenly(found.text)
            return next((one for one in now if words in _space_evenly(one.text)), None)
    return None


def _space_evenly(text: str) -> str:
    """The words of a text, a space before and behind each, so that whole ones are found in it."""
    return f" {' '.join(text.split())} "


class LibraryAsOf:
    """A library without the passages whose words came into their source after a day.

    What a source said then and says no longer is not in it either: what is cited must be stored.

    Args:
        library: as it is.
        day: the last one that counts.
    """

    def __init__(self, library: Library, day: date) -> None:
        self._library = library
        texts = library.history.texts_on(day)
        self._texts = {source: _space_evenly(text) for source, text in texts.items()}
        self.left_out: set[str] = set()
        """Ids of the sources of which something was left out so far."""

    def search(self, query: str, k: int = 8, filters: Filters = EVERYTHING) -> list[Hit]:
        hits = self._library.search(query, k, filters)
        return [hit for hit in hits if self._stood(hit.passage)]

    def scan(self, filters: Filters = EVERYTHING) -> Iterator[tuple[Passages, Vectors]]:
        for passages, vectors in self._library.scan(filters):
            if not self._texts:  # then no passage needs to be made
                yield passages, vectors
                continue
            kept = [n for n, passage in enumerate(passages) if self._stood(passage)]
            if len(kept) == len(passages):
                yield passages, vectors
            else:
                yield Passages.of([passages[n] for n in kept]), vectors[np.array(kept, int)]

    def scope(self, filters: Filters = EVERYTHING) -> Scope:
        return self._library.scope(filters)

    def passages(self, source_id: str) -> list[Passage]:
        return [p for p in self._library.passages(source_id) if self._stood(p)]

    def digests(self, source_ids: Sequence[str]) -> dict[str, str]:
        return self._library.digests(source_ids)

    def snapshot(self, source_id: str) -> str:
        return self._library.snapshot(source_id)

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._library.embed(texts)

    def vectors(self, passage_ids: Sequence[str]) -> Vectors:
        return self._library.vectors(passage_ids)

    def _stood(self, passage: Passage) -> bool:
        """Whether the words of a passage stood in its source on the day."""
        then = self._texts.get(passage.source.id)
        if then is None or _space_evenly(passage.text) in then:
            return True
        self.left_out.add(passage.source.id)
        return False
