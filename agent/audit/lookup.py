"""Which source of the library an entry of a list is."""

from collections.abc import Iterable, Mapping, Sequence

from agent.audit.cited_text import Address, CitedSource, comparable
from agent.types import Value
from retrieval.types import Source


class Entry(Value):
    """What one number stands for."""

    name: str
    """`[2]`, or the address where the text links."""
    source: Source | None = None
    """None where it is not in the library, or where it is not clear which source is meant."""
    unknown: bool = False
    """Whether it is not in the library."""
    trouble: str = ""
    """Why there is no source."""
    remark: str = ""
    """What a reader should know of a source that was found."""


def look_up(entries: Iterable[CitedSource], library: Sequence[Source]) -> dict[int, Entry]:
    """What each number of a list stands for: by id, else by address, else by title.

    Never the first of several: where two sources share what was given, none of them is taken.
    """
    by_number: dict[int, list[CitedSource]] = {}
    for entry in entries:
        by_number.setdefault(entry.number, []).append(entry)
    by_address: dict[Address, list[Source]] = {}
    for source in library:
        by_address.setdefault(comparable(source.url), []).append(source)
    return {number: _only(given, library, by_address) for number, given in by_number.items()}


def _only(
    given: Sequence[CitedSource],
    library: Sequence[Source],
    by_address: Mapping[Address, list[Source]],
) -> Entry:
    found = [_find(entry, library, by_address) for entry in given]
    if len({e.source.id if e.source else given[n].line for n, e in enumerate(found)}) > 1:
        return Entry(
            name=found[0].name,
            trouble=f"the list has {found[0].name} twice, for different sources; number them apart",
        )
    return found[0]


def _find(
    entry: CitedSource, library: Sequence[Source], by_address: Mapping[Address, list[Source]]
) -> Entry:
    by_id = [s for s in library if entry.id == s.id]
    if by_id:
        return Entry(name=entry.name, source=by_id[0])
    title = entry.title.casefold().strip()
    titled = [s for s in library if title and s.title.casefold().strip() == title]
    placed: list[Source] = []
    if entry.url:
        host, path, asked = comparable(entry.url)
        placed = by_address.get((host, path, asked), [])
        # "?ref=home" behind the address of a page that has no parameters
        placed = placed or by_address.get((host, path, ()), [])
    if len(placed) > 1:
        placed = [s for s in placed if s in titled] or placed
    found, shared = (placed, "address") if placed else (titled, "title")
    if len(found) == 1:
        return Entry(name=entry.name, source=found[0], remark=_elsewhere(entry, found[0], placed))
    if found:
        ids = ", ".join(s.id for s in found)
        other = "title" if placed else "address"
        return Entry(
            name=entry.name,
            trouble=f"{len(found)} sources of the library have the {shared} of {entry.name} "
            f"({ids}); give its {other} in the list as the library has it",
        )
    return Entry(
        name=entry.name, unknown=True, trouble=f"source {entry.name} is not in the library"
    )


def _elsewhere(entry: CitedSource, source: Source, placed: Sequence[Source]) -> str:
    if placed or not entry.url:
        return ""
    return (
        f"{entry.name} was found by its title; the library has it from {source.url}, "
        f"the text from {entry.url}"
    )
