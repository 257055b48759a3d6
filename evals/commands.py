"""What the commands of `verdict-eval` do: load, run, score, report, compare."""

import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

from platformdirs import user_data_path

from agent import bootstrap
from agent.faces.terminal import bar, deliver, say
from agent.settings import APP, Settings
from agent.types import Support
from evals import checkers as table_of_checkers
from evals import inspect_log, judges, limits, runner
from evals.archive import LABELS, MANIFEST, REPORT, SUMMARY, Archive, Manifest, Summary
from evals.case import Case, ClaimCase
from evals.comparing import compared
from evals.loaders.rows import text
from evals.reports import html, terminal
from evals.scoring.table import score
from evals.suite import suite
from evals.systems import Recipe
from retrieval import demonstration

DONE: Final = 0
LIMIT_FAILED: Final = 1


class Asked(NamedTuple):
    """What was typed after `verdict-eval run`."""

    suite: str
    system: str
    data: Path | None
    out: Path | None
    library: Path | None
    labels: Path | None
    grader: str
    workers: int
    resume: bool
    seed: int
    limit: int | None
    fail_under: Sequence[str]
    baseline: Path | None
    write_baseline: Path | None
    as_json: bool


def run(asked: Asked) -> int:
    """`verdict-eval run`: the exit status."""
    baseline = limits.read(asked.baseline, asked.suite) if asked.baseline else None
    cases = suite(asked.suite, asked.data, asked.seed, asked.limit)
    if (asked.grader, asked.system) == (judges.MODEL, "desk"):
        say("The model that grades also writes: read its figures beside those of another judge.")
    people = judges.labels(asked.labels) if asked.labels else {}
    archive = Archive.begin(asked.out or _place(asked), resume=asked.resume)
    archive.keep_cases(cases)
    if asked.labels:
        archive.write(LABELS, text(asked.labels))
    summary = _measured(asked, cases, people, archive)
    _deliver(summary, archive, as_json=asked.as_json)
    known = {figure.id: figure for figure in summary.scores.figures}
    breaches = limits.beyond(limits.parse(asked.fail_under, known), known)
    breaches += limits.regressions(baseline, known) if baseline else []
    for breach in breaches:
        say(f"Not reached: {breach}")
    if asked.write_baseline:
        deliver(limits.written(asked.suite, summary.scores.figures), asked.write_baseline)
    return LIMIT_FAILED if breaches else DONE


def report(folder: Path, *, as_json: bool) -> int:
    """`verdict-eval report`: figures and report of a finished run, from what it kept."""
    archive = Archive.opened(folder)
    manifest = archive.summary().run
    people = judges.labels(folder / LABELS) if (folder / LABELS).is_file() else {}
    summary = _scored(manifest, archive, people)
    _deliver(summary, archive, as_json=as_json)
    return DONE


def compare(first: Path, second: Path, *, seed: int, as_json: bool) -> int:
    """`verdict-eval compare`: the first run minus the second, paired by case."""
    found = compared(Archive.opened(first).summary(), Archive.opened(second).summary(), seed)
    deliver(found.model_dump_json(indent=2) if as_json else terminal.comparison(found))
    return DONE


def export_inspect(folder: Path, out: Path | None) -> int:
    """`verdict-eval export-inspect`: a log that `inspect view` opens."""
    archive = Archive.opened(folder)
    place = out or folder / "inspect.json"
    summary = archive.summary()
    deliver(inspect_log.log(summary, archive.answered(summary.run)), place)
    return DONE


def _measured(
    asked: Asked,
    cases: Sequence[Case],
    people: dict[tuple[str, str], Support],
    archive: Archive,
) -> Summary:
    with ExitStack() as stack:
        library = asked.library or _demonstration(asked, cases, stack)
        recipe = Recipe(asked.system, library, max(1, (os.cpu_count() or 1) // asked.workers))
        fingerprint = _fingerprint(recipe)
        journal = stack.enter_context(archive.results())
        with bar("Answering") as step:
            runner.run(cases, recipe, fingerprint, journal, workers=asked.workers, progress=step)
    manifest = Manifest(
        suite=asked.suite,
        system=asked.system,
        fingerprint=fingerprint,
        seed=asked.seed,
        cases=len(cases),
        grader=asked.grader,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        version=version("verdict-desk"),
        cores=os.cpu_count() or 1,
        workers=asked.workers,
    )
    return _scored(manifest, archive, people)


def _scored(
    manifest: Manifest, archive: Archive, people: dict[tuple[str, str], Support]
) -> Summary:
    grader = judges.find_grader(manifest.grader)
    with archive.judgements() as journal, bar("Grading") as step:
        bench = judges.Bench(grader, journal)
        answered = archive.answered(manifest)
        scores = score(answered, bench, people, manifest.seed, step)
        known = manifest.model_copy(update={"grader": bench.name or judges.NOBODY})
        summary = Summary(run=known, scores=scores)
        archive.write(MANIFEST, known.model_dump_json(indent=1))
        archive.write(SUMMARY, summary.model_dump_json(indent=1))
        archive.write(REPORT, html.render(summary, answered, bench, people))
    return summary


def _deliver(summary: Summary, archive: Archive, *, as_json: bool) -> None:
    deliver(summary.model_dump_json(indent=2) if as_json else terminal.table(summary))
    say(f"Report: {archive.folder / REPORT}")


def _demonstration(asked: Asked, cases: Sequence[Case], stack: ExitStack) -> Path | None:
    """The library that our questions are about, made for this run; None where none is needed."""
    if not any(isinstance(case, ClaimCase) for case in cases):
        return None
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="verdict-eval-")))
    embedder = bootstrap.build_embedder(Settings())
    with bar("Filling the library") as step:
        demonstration.build(folder / "library", embedder, bootstrap.today(), step)
    return folder / "library"


def _fingerprint(recipe: Recipe) -> str:
    """Of the code, the notes, the pages and the settings; never of a key."""
    root = Path(__file__).parents[1]
    folders = [root / name for name in ("agent", "retrieval", "prompts")]
    folders += [root / "evals" / "systems", root / "evals" / "newsroom", demonstration.notes()]
    if ":" in recipe.spec:
        folders.append(recipe.path)
    settings = Settings().model_dump_json(exclude={"api_key", "embedding_api_key", "threads"})
    return runner.fingerprint(recipe, folders, settings)


def _place(asked: Asked) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    system = asked.system.partition(":")[0]
    name = f"{asked.suite.partition(':')[0]}-{system}-{stamp}"
    return user_data_path(APP) / "evaluations" / name


def checkers(rows: Path | None, *, as_json: bool) -> int:
    """`verdict-eval checkers`: what each check earns."""
    found = table_of_checkers.earnings(rows)
    lines = [earning.model_dump_json() for earning in found]
    deliver("\n".join(lines) if as_json else table_of_checkers.told(found))
    return DONE
