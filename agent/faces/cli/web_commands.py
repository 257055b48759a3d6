"""What the commands do that bring sources from the web, watch them, and tell of changes."""

import json
import time
from pathlib import Path

from agent import bootstrap
from agent.faces.cli.library_commands import choose_vetting
from agent.faces.exit_codes import BadInput, Exit
from agent.faces.opening import open_library, read_settings
from agent.faces.terminal import bar, counted, deliver, say
from agent.language.phrases import day
from retrieval import (
    AddReport,
    Intake,
    LibraryBusy,
    LibraryError,
    Review,
    VettingList,
    WebReport,
    add_register,
    add_reviews,
    read_reviews,
    search_reviews,
    watch,
)

OFF = "off"
"""Typed in the place of a schedule, it ends the one that there is."""


def is_address(text: str) -> bool:
    """Whether what was typed is a web address and not a path."""
    return text.lower().startswith(("http://", "https://"))


def fetch(
    urls: list[str], vetting: Path | None, vetted_by: str | None, at: Path | None, *, as_json: bool
) -> Exit:
    """`verdict library fetch`, and `add` where it is given addresses."""
    if paths := [url for url in urls if not is_address(url)]:
        raise BadInput(
            f"{paths[0]} is no web address. Write it with https://, or add a file with "
            "`verdict library add`."
        )
    chosen = choose_vetting(vetting, vetted_by)
    with open_library(at, create=True) as library:
        report = Intake(library, chosen, bootstrap.build_fetcher()).fetch(urls)
    deliver(report.model_dump_json(indent=2) if as_json else describe(report), prose=not as_json)
    return Exit.USAGE if report.refused or report.failed else Exit.OK


def watch_feeds(
    vetting: Path | None, every: float | None, most: int, at: Path | None, *, as_json: bool
) -> Exit:
    """`verdict library watch`: once, or again and again until it is stopped.

    Some page of the web always fails: that is told, and no reason for a schedule to ring a bell.
    """
    chosen = choose_vetting(vetting, None)
    if not isinstance(chosen, VettingList):
        raise BadInput("A vetting list says what is watched. Give it with --vetting FILE.toml.")
    while True:
        try:  # between two passes the library is left to others
            with open_library(at, create=True) as library, bar("Visiting") as step:
                fetcher = bootstrap.build_fetcher()
                report = watch(library, chosen, fetcher, most=most, progress=step)
            told = report.model_dump_json() if as_json else describe(report)
            deliver(told, prose=not as_json)
        except LibraryBusy as error:
            if every is None:
                raise
            say(str(error))  # the next pass makes it good
        if every is None:
            return Exit.OK
        time.sleep(60 * every)


def schedule_watch(crontab: str, at: Path | None) -> Exit:
    """`verdict library watch --schedule`: have the workers watch at these times, or no more."""
    settings = read_settings()
    ends = crontab.strip().lower() == OFF
    if settings.vetting is None and not ends:
        raise BadInput(
            "The workers read what to watch from VERDICT_VETTING. Set it to a vetting list, here "
            "and for every worker, then say it again."
        )
    if settings.vetting is not None and not ends:
        VettingList.read(settings.vetting)  # a worker would find it out in the night
    with open_library(at) as library, bootstrap.open_watch_schedule(settings, library) as schedule:
        if ends:
            schedule.clear()
        else:
            schedule.set(crontab)
    if ends:
        deliver("The web is no longer watched on a schedule.")
    else:
        deliver(
            f"The web is watched at {crontab} (UTC) while `verdict worker` or `verdict serve` "
            "runs. `verdict jobs` lists the passes."
        )
    return Exit.OK


def read_register(file: Path, at: Path | None, *, as_json: bool) -> Exit:
    """`verdict library notices`."""
    with open_library(at) as library:
        report = add_register(library, file)
    if as_json:
        deliver(report.model_dump_json(indent=2))
        return Exit.OK
    lines = [f"{one.source_id}: {one.words}" for one in report.new]
    known = f", {report.known} known already" if report.known else ""
    deliver(
        "\n".join([*lines, f"{counted(len(lines), 'new notice')}{known}; {report.rows} rows read."])
    )
    return Exit.OK


def add_fact_checks(  # one a kind of input
    files: list[Path],
    search: str | None,
    language: str | None,
    vetting: Path | None,
    vetted_by: str | None,
    at: Path | None,
    *,
    as_json: bool,
) -> Exit:
    """`verdict library fact-checks`."""
    chosen = choose_vetting(vetting, vetted_by)
    reviews = [review for file in files for review in read_reviews(file)]
    if search is not None:
        reviews += _search(search, language)
    elif not files:
        raise BadInput("Give a file with ClaimReview, or --search WORDS.")
    with open_library(at, create=True) as library:
        report = add_reviews(library, reviews, chosen, bootstrap.today())
    deliver(
        report.model_dump_json(indent=2) if as_json else _describe_checks(report),
        prose=not as_json,
    )
    return Exit.USAGE if report.refused else Exit.OK


def list_changes(after: int, at: Path | None, *, as_json: bool) -> Exit:
    """`verdict library changes`."""
    with open_library(at) as library:
        found = library.changes(after)
    if as_json:
        rows = [one.model_dump(mode="json") for one in found]
        deliver(json.dumps(rows, ensure_ascii=False, indent=2))
    elif found:
        deliver(
            "\n".join(f"{one.n:>6}  {one.at}  {one.kind:<10}  {one.source_id}" for one in found)
        )
    if found and not as_json:
        say(f"The next ones: verdict library changes --after {found[-1].n}")
    return Exit.OK


def show_history(source_id: str, at: Path | None, *, as_json: bool) -> Exit:
    """`verdict library history`: notices and earlier versions, with what changed."""
    with open_library(at) as library:
        if source_id not in {source.id for source in library.sources()}:
            raise BadInput(f"There is no source {source_id!r}. `verdict library list` names them.")
        versions = library.history.versions(source_id)
        texts = [*(version.snapshot for version in versions), library.snapshot(source_id)]
        notices = library.history.notices(source_id)
    changes = [v.compare_with(after) for v, after in zip(versions, texts[1:], strict=True)]
    if as_json:
        rows = [
            version.model_dump(mode="json") | {"changed": changed}
            for version, changed in zip(versions, changes, strict=True)
        ]
        told = [notice.model_dump(mode="json") for notice in notices]
        deliver(json.dumps({"notices": told, "versions": rows}, ensure_ascii=False, indent=2))
        return Exit.OK
    lines = [f"{day(one.noticed)}: {one.kind}. {one.words} ({one.given_by})" for one in notices]
    for version, changed in zip(versions, changes, strict=True):
        lines += ["", f"Changed between {day(version.accessed)} and {day(version.until)}:", changed]
    deliver("\n".join(lines).strip() or "Nothing is known but what it is now.", prose=True)
    return Exit.OK


def describe(report: WebReport) -> str:
    """What became of addresses, in lines."""
    lines = [f"Refused: {_named(one.path, one.reason)}" for one in report.refused]
    lines += [f"Failed: {_named(one.path, one.reason)}" for one in report.failed]
    lines += [f"Notice, {one.source_id}: {one.words}" for one in report.notices]
    lines += [f"Added {one}" for one in report.added]
    lines += [f"Changed {one}" for one in report.changed]
    lines += [f"Gone from the web, kept here: {one}" for one in report.gone]
    counts = {
        "added": len(report.added),
        "changed": len(report.changed),
        "unchanged": len(report.unchanged),
        "gone": len(report.gone),
        "left to the next pass": report.waiting,
    }
    done = ", ".join(f"{number} {name}" for name, number in counts.items() if number)
    missed = f"{len(report.refused)} refused, {len(report.failed)} failed."
    return "\n".join([*lines, f"{done or 'nothing new'}, {missed}"])


def _named(path: str, reason: str) -> str:
    return reason if path in reason else f"{path}: {reason}"


def _search(words: str, language: str | None) -> list[Review]:
    key = read_settings().fact_check_key
    if key is None:
        raise BadInput("Set VERDICT_FACT_CHECK_KEY to the key of Google's Fact Check Tools first.")
    try:
        return search_reviews(words, key.get_secret_value(), language, bootstrap.build_fetcher())
    except LibraryError as error:
        raise BadInput(str(error)) from error


def _describe_checks(report: AddReport) -> str:
    lines = [f"Refused: {_named(one.path, one.reason)}" for one in report.refused]
    added, replaced, known = (len(ids) for ids in (report.added, report.replaced, report.unchanged))
    return "\n".join(
        [*lines, f"{added} added, {replaced} replaced, {known} unchanged, {len(lines)} refused."]
    )
