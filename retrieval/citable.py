"""What of a library a draft may cite: nothing that was taken back or came after its day."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

import numpy as np

from retrieval.library import Library
from retrieval.types import EVERYTHING, Filters, Hit, Notice, Passage, Passages, Scope, Vectors


class CitableLibrary:
    """A library without sources that were retracted or withdrawn, nor words that came after a day.

    What a source said on the day and says no longer is not in it either: what is cited must be
    stored. A retraction counts whenever it was made: what is known to be wrong is no evidence.

    Args:
        library: as it is.
        day: the last one that counts; None for all.
    """

    def __init__(self, library: Library, day: date | None = None) -> None:
        self._library = library
        texts = library.history.texts_on(day) if day else {}
        self._texts = {source: space_words(text) for source, text in texts.items()}
        notices = library.history.notices_in_force()
        self._taken_back = {one.source_id for one in notices if one.takes_back}
        self.later: set[str] = set()
        """Ids of the sources whose later words were left out so far."""
        self.taken_back: dict[str, Hit] = {}
        """By id: the sources that were found and left out so far, each with its nearest passage."""

    def search(self, query: str, k: int = 8, filters: Filters = EVERYTHING) -> list[Hit]:
        return [hit for hit in self._library.search(query, k, filters) if self._is_citable(hit)]

    def scan(self, filters: Filters = EVERYTHING) -> Iterator[tuple[Passages, Vectors]]:
        for passages, vectors in self._library.scan(filters):
            if not (self._texts or self._taken_back):  # then no passage needs to be made
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

    def notices(self, source_ids: Collection[str]) -> list[Notice]:
        return self._library.notices(source_ids)

    def snapshot(self, source_id: str) -> str:
        return self._library.snapshot(source_id)

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._library.embed(texts)

    def vectors(self, passage_ids: Sequence[str]) -> Vectors:
        return self._library.vectors(passage_ids)

    def _is_citable(self, hit: Hit) -> bool:
        source = hit.passage.source.id
        if source not in self._taken_back:
            return self._stood(hit.passage)
        nearest = max(hit, self.taken_back.get(source, hit), key=lambda one: one.dense)
        self.taken_back[source] = nearest
        return False

    def _stood(self, passage: Passage) -> bool:
        """Whether the words of a passage stood in its source on the day, which stands itself."""
        if passage.source.id in self._taken_back:
            return False
        then = self._texts.get(passage.source.id)
        if then is None or space_words(passage.text) in then:
            return True
        self.later.add(passage.source.id)
        return False


def space_words(text: str) -> str:
    """The words of a text, a space before and behind each, so that whole ones are found in it."""
    return f" {' '.join(text.split())} "
