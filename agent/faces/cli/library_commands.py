"""What the commands of `agent.faces.library` do: one method of `retrieval.Library` each."""

import json
from functools import partial
from pathlib import Path
from typing import Final

from agent import bootstrap
from agent.faces.exit_codes import BadInput, Exit
from agent.faces.opening import open_library, read_settings
from agent.faces.terminal import bar, deliver, fitted, say
from agent.language.phrases import day
from retrieval import AddReport, Library, Source, Vetting, VettingList, Voucher, find_files

DATABASE: Final = "database"
"""Stands for the address in VERDICT_DATABASE_URL: a password does not belong on a command line."""


def add(
    paths: list[Path],
    vetting: Path | None,
    vetted_by: str | None,
    at: Path | None,
    *,
    wait: float,
    as_json: bool,
    prune: bool,
    ray: str | None = None,
) -> Exit:
    """`verdict library add` and `sync`."""
    chosen = choose_vetting(vetting, vetted_by)
    today = bootstrap.today()
    find_files(paths)  # a wrong path is told before a library is made for it
    with open_library(at, create=True) as library, bar("Adding") as step:
        workers = bootstrap.build_workers(ray, library)
        run = partial(library.sync, paths[0]) if prune else partial(library.add, paths)
        report = run(chosen, today=today, progress=step, wait_seconds=wait, workers=workers)
    deliver(report.model_dump_json(indent=2) if as_json else _describe(report), prose=not as_json)
    return Exit.USAGE if report.refused else Exit.OK


def list_sources(at: Path | None, *, as_json: bool) -> Exit:
    """`verdict library list`."""
    with open_library(at) as library:
        sources = library.sources()
    if as_json:
        rows = [s.model_dump(mode="json") for s in sources]
        deliver(json.dumps(rows, ensure_ascii=False, indent=2))
        return Exit.OK
    longest = max((len(source.id) for source in sources), default=0)
    for source in sources:
        when = source.published.isoformat() if source.published else "no date"
        deliver(
            fitted(f"{when:<10}  tier {source.tier}  {source.id:<{longest}}  {source.publisher}")
        )
    say(f"{len(sources)} sources")
    return Exit.OK


def show(source_id: str, at: Path | None, *, as_json: bool) -> Exit:
    """`verdict library show`."""
    with open_library(at) as library:
        source = next((s for s in library.sources() if s.id == source_id), None)
        if source is None:
            raise BadInput(f"There is no source {source_id!r}. `verdict library list` names them.")
        text, page = library.snapshot(source_id), web_facts(library, source)
    if as_json:
        row = source.model_dump(mode="json") | {"text_is": source.text, "text": text}
        deliver(json.dumps(row, ensure_ascii=False, indent=2))
        return Exit.OK
    facts = [
        source.title,
        f"{source.publisher}, {day(source.published) if source.published else 'no date'}",
        source.url,
        f"{source.kind}, tier {source.tier}, origin {source.origin}, vetted by {source.vetted_by}",
        f"read on {day(source.accessed)}, sha256 {source.sha256}",
        f"text: {source.text}",
        *page,
    ]
    deliver("\n".join([*facts, "", text]), prose=True)
    return Exit.OK


def remove(source_id: str, at: Path | None) -> Exit:
    """`verdict library remove`."""
    with open_library(at) as library:
        if not library.remove(source_id):
            raise BadInput(f"There is no source {source_id!r}. `verdict library list` names them.")
    say(f"Removed {source_id}.")
    return Exit.OK


def copy(source: str, target: str) -> Exit:
    """`verdict library copy`."""
    if source == target:
        raise BadInput("FROM and TO are the same place.")
    places = [None if name == DATABASE else Path(name) for name in (source, target)]
    with bar("Copying") as step:
        count = bootstrap.copy_library(read_settings(), places[0], places[1], step)
    say(f"Copied {count} sources to {target}; everything there was read back and is the same.")
    return Exit.OK


def stats(at: Path | None, *, as_json: bool) -> Exit:
    """`verdict library stats`."""
    with open_library(at) as library:
        library.settle()
        found = library.stats()
    if as_json:
        deliver(found.model_dump_json(indent=2))
    else:
        rows = found.model_dump(mode="json").items()
        deliver(
            "\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in rows),
            None,
            prose=False,
        )
    return Exit.OK


def verify(at: Path | None, *, repair: bool, as_json: bool) -> Exit:
    """`verdict library verify`: silent differences are the dangerous ones."""
    with open_library(at) as library:
        library.settle()
        found = library.verify(repair=repair)
    if as_json:
        rows = [d.model_dump(mode="json") for d in found]
        deliver(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        lines = [str(d) for d in found] or ["No differences."]
        deliver("\n".join(lines))
    return Exit.LIBRARY if found and not repair else Exit.OK


def web_facts(library: Library, source: Source) -> list[str]:
    """What `show` says of notices about a source, and of the page behind it."""
    notices = library.history.notices(source.id)
    lines = [f"{one.kind}, {day(one.noticed)}: {one.words}" for one in notices]
    page = library.history.page(source.id)
    if page is None:
        return lines
    lines.append(f"page last asked for {page.checked}{', where it is gone' if page.gone else ''}")
    if page.failures:
        lines.append(f"it could not be had the last {page.failures} times")
    kept = library.history.responses(page.url)
    link = read_settings().archive_link
    if kept and link:
        digits = "".join(filter(str.isdigit, kept[-1].fetched))
        lines.append(f"archive: {link.replace('{time}', digits).replace('{url}', source.url)}")
    return lines


def choose_vetting(path: Path | None, person: str | None) -> Vetting:
    """The vetting list or the person that decides, as typed or else as set.

    Raises:
        BadInput: both are given, or none.
    """
    if path and person:
        raise BadInput("Give --vetting or --vetted-by, not both: one of them decides.")
    if path:
        return VettingList.read(path)
    if person and person.strip():
        return Voucher(person=person.strip())
    usual = read_settings().vetting
    if usual:
        return VettingList.read(usual)
    raise BadInput(
        "Nobody vouches for these sources. Give --vetting FILE.toml (admitted publishers and their "
        'domains) or --vetted-by "Your Name".'
    )


def _describe(report: AddReport) -> str:
    counts = {
        "added": report.added,
        "replaced": report.replaced,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "skipped": report.skipped,
    }
    lines = [
        f"Refused: {r.reason}" if r.path in r.reason else f"Refused {r.path}: {r.reason}"
        for r in report.refused
    ]
    lines += [f"Note: {note}" for note in report.notes]
    done = ", ".join(f"{len(ids)} {name}" for name, ids in counts.items() if ids)
    return "\n".join([*lines, f"{done or 'nothing added'}, {len(report.refused)} refused."])
