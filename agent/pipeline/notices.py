"""What publishers and registers say of the sources that were found."""

from agent.pipeline.retrieve import BEARS
from agent.ports import CitableStore
from agent.types import Evidence, Insufficient, SourceNotice


def add_notices(found: Evidence | Insufficient, library: CitableStore) -> Evidence | Insufficient:
    """The same, with what is said of its sources and of those near the claim that were left out.

    Args:
        found: what a search found; of a short page the sources that were left out alone count.
        library: what was searched.
    """
    left_out = [hit.passage.source for hit in library.taken_back.values() if hit.dense >= BEARS]
    counting = found.sources if isinstance(found, Evidence) else ()
    sources = {source.id: source for source in (*counting, *left_out)}
    notices = tuple(
        SourceNotice(source=sources[one.source_id], notice=one)
        for one in library.notices(list(sources))
    )
    return type(found)(**{**dict(found), "notices": notices}) if notices else found
