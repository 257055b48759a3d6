"""Passages of earlier versions of a source, found again today."""

from retrieval.chunking import split_passages
from retrieval.citable import space_words
from retrieval.library import Library
from retrieval.types import Passage


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
            words = space_words(found.text)
            return next((one for one in now if words in space_words(one.text)), None)
    return None
