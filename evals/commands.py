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
from agent.settings import APP, Settings
from agent.types import Support
from evals import checkers as table_of_checkers
from evals import comparison, judges, runner
from evals.archive import LABELS, MANIFEST, REPORT, SUMMARY, Archive, Journal, Manifest, Summary
from evals.case import Case, ClaimCase
from evals.comparison import compare_summaries
from evals.console import bar, deliver, say
from evals.loaders.rows import read_text
from evals.readers import Readers
from evals.reports import html, inspect_log, terminal
from evals.scoring.table import Bench, score_run
from evals.suite import build_suite
from evals.systems import Recipe, require_pages
from retrieval import demonstration

DONE: Final = 0
LIMIT_FAILED: Final = 1


class RunOptions(NamedTuple):
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
    partial: bool
    seed: int
    limit: int | None
    fail_under: Sequence[str]
    baseline: Path | None
    write_baseline: Path | None
    as_json: bool


def run_suite(options: RunOptions) -> int:
    """`verdict-eval run`: the exit status."""
    baseline = (
        comparison.read_baseline(options.baseline, options.suite) if options.baseline else None
    )
    cases = build_suite(options.suite, options.data, options.seed, options.limit)
    if not options.partial:
        require_pages(Recipe(options.system, options.library), cases)
    if (options.grader, options.system) == (judges.MODEL, "desk"):
        say("The model that grades also writes: read its figures beside those of another judge.")
    people = judges.read_labels(options.labels) if options.labels else {}
    archive = Archive.begin(options.out or _default_folder(options), resume=options.resume)
    archive.keep_cases(cases)
    if options.labels:
        archive.write(LABELS, read_text(options.labels))
    summary = _answer_suite(options, cases, people, archive)
    _deliver_summary(summary, archive, as_json=options.as_json)
    known = {figure.id: figure for figure in summary.scores.figures}
    breaches = comparison.find_breaches(comparison.parse_limits(options.fail_under, known), known)
    breaches += comparison.find_regressions(baseline, known) if baseline else []
    for breach in breaches:
        say(f"Not reached: {breach}")
    if options.write_baseline:
        deliver(
            comparison.dump_baseline(options.suite, summary.scores.figures), options.write_baseline
        )
    return LIMIT_FAILED if breaches else DONE


def remake_report(folder: Path, *, as_json: bool) -> int:
    """`verdict-eval report`: figures and report of a finished run, from what it kept."""
    archive = Archive.open_finished(folder)
    manifest = archive.summary().run
    people = judges.read_labels(folder / LABELS) if (folder / LABELS).is_file() else {}
    summary = _score_answers(manifest, archive, people)
    _deliver_summary(summary, archive, as_json=as_json)
    return DONE


def compare_runs(first: Path, second: Path, *, seed: int, as_json: bool) -> int:
    """`verdict-eval compare`: the first run minus the second, paired by case."""
    found = compare_summaries(
        Archive.open_finished(first).summary(), Archive.open_finished(second).summary(), seed
    )
    deliver(found.model_dump_json(indent=2) if as_json else terminal.format_comparison(found))
    return DONE


def export_inspect(folder: Path, out: Path | None) -> int:
    """`verdict-eval export-inspect`: a log that `inspect view` opens."""
    archive = Archive.open_finished(folder)
    place = out or folder / "inspect.json"
    summary = archive.summary()
    deliver(inspect_log.render_log(summary, archive.read_outcomes(summary.run)), place)
    return DONE


def _answer_suite(
    options: RunOptions,
    cases: Sequence[Case],
    people: dict[tuple[str, str], Support],
    archive: Archive,
) -> Summary:
    with ExitStack() as stack:
        library = options.library or _build_demonstration(options, cases, stack)
        recipe = Recipe(options.system, library, max(1, (os.cpu_count() or 1) // options.workers))
        fingerprint = _fingerprint(recipe)
        journal = stack.enter_context(archive.results())
        with bar("Answering") as step:
            runner.answer_cases(
                cases, recipe, fingerprint, journal, workers=options.workers, progress=step
            )
    manifest = Manifest(
        suite=options.suite,
        system=options.system,
        fingerprint=fingerprint,
        seed=options.seed,
        cases=len(cases),
        grader=options.grader,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        version=version("verdict-desk"),
        cores=os.cpu_count() or 1,
        workers=options.workers,
    )
    return _score_answers(manifest, archive, people)


def _score_answers(
    manifest: Manifest, archive: Archive, people: dict[tuple[str, str], Support]
) -> Summary:
    grader = judges.find_grader(manifest.grader)
    with archive.judgements() as journal, bar("Grading") as step:
        judge = judges.CachedJudge(grader, journal)
        bench = Bench(judge, _find_readers(manifest, journal))
        answered = archive.read_outcomes(manifest)
        scores = score_run(answered, bench, people, manifest.seed, step)
        known = Manifest(**{**dict(manifest), "grader": judge.name or judges.NOBODY})
        summary = Summary(run=known, scores=scores)
        archive.write(MANIFEST, known.model_dump_json(indent=1))
        archive.write(SUMMARY, summary.model_dump_json(indent=1))
        archive.write(REPORT, html.render_report(summary, answered, judge, people))
    return summary


def _find_readers(manifest: Manifest, journal: Journal) -> Readers:
    """The judges beside the grader; nobody where no judge is wanted."""
    if manifest.grader == judges.NOBODY:
        return Readers.absent()
    return Readers.embedded(os.cpu_count() or 1, journal)


def _deliver_summary(summary: Summary, archive: Archive, *, as_json: bool) -> None:
    deliver(summary.model_dump_json(indent=2) if as_json else terminal.format_run(summary))
    say(f"Report: {archive.folder / REPORT}")


def _build_demonstration(
    options: RunOptions, cases: Sequence[Case], stack: ExitStack
) -> Path | None:
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
    folders += [
        root / "evals" / "systems",
        root / "evals" / "synthetic",
        demonstration.find_notes(),
    ]
    if ":" in recipe.spec:
        folders.append(recipe.path)
    settings = Settings().model_dump_json(exclude={"api_key", "embedding_api_key", "threads"})
    return runner.fingerprint_system(recipe, folders, settings)


def _default_folder(options: RunOptions) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    system = options.system.partition(":")[0]
    name = f"{options.suite.partition(':')[0]}-{system}-{stamp}"
    return user_data_path(APP) / "evaluations" / name


def tabulate_checkers(rows: Path | None, *, as_json: bool) -> int:
    """`verdict-eval checkers`: what each check earns."""
    found = table_of_checkers.measure_earnings(rows)
    lines = [earning.model_dump_json() for earning in found]
    deliver("\n".join(lines) if as_json else table_of_checkers.format_table(found))
    return DONE
