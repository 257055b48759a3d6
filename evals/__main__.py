"""`verdict-eval …`: the command line of the evaluation harness."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from evals.console import describe_failure, exit_status, say
from evals.errors import USAGE

if TYPE_CHECKING:
    from evals.commands import RunOptions

STATUSES: Final = """exit status:
  0  done, and every limit holds
  1  a limit of --fail-under or the --baseline does not hold
  2  wrong usage, or a file that cannot be used; the message names file and line
  3  the run stopped before its end; what is done is kept: run again with --resume
  5  a model failed: the embedded ones, or a wrong key or model name
  6  the library is missing, damaged or busy
"""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run; known failures become one line and an exit status.

    Args:
        arguments: what was typed after `verdict-eval`; by default that of this process.
    """
    options = _parser().parse_args(arguments)
    try:
        sys.exit(_run_command(options))
    except KeyboardInterrupt:
        say("Stopped. What is done is kept: run again with --resume.")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # the face's last line
        status = exit_status(error)
        if status is None:
            raise
        say(f"verdict-eval: {describe_failure(error)}")
        sys.exit(status)


def _run_command(options: argparse.Namespace) -> int:
    try:
        from evals import commands  # noqa: PLC0415  (heavy; not for --help)
    except ModuleNotFoundError as error:
        if error.name != "scipy":
            raise
        say("verdict-eval: scipy is missing: `pip install '.[evals]'` in its checkout.")
        return USAGE
    if options.command == "run":
        return commands.run_suite(_read_run_options(options))
    if options.command == "report":
        return commands.remake_report(options.run, as_json=options.json)
    if options.command == "checkers":
        return commands.tabulate_checkers(options.rows, as_json=options.json)
    if options.command == "compare":
        return commands.compare_runs(
            options.first, options.second, seed=options.seed, as_json=options.json
        )
    return commands.export_inspect(options.run, options.out)


def _read_run_options(options: argparse.Namespace) -> "RunOptions":
    from evals.commands import RunOptions  # noqa: PLC0415

    fields = {name: getattr(options, name) for name in RunOptions._fields if name != "as_json"}
    return RunOptions(**fields, as_json=options.json)


def _parser() -> argparse.ArgumentParser:
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="verdict-eval",
        description="Measure drafts: faithfulness, verdicts, form, cost.",
        epilog=STATUSES,
        formatter_class=plain,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_run(commands.add_parser("run", help="answer a suite and measure the answers",
                                 epilog=STATUSES, formatter_class=plain))  # fmt: skip
    found = commands.add_parser("compare", help="two runs, paired by case")
    found.add_argument("first", type=Path, metavar="A", help="folder of a run")
    found.add_argument("second", type=Path, metavar="B", help="folder of another run")
    found.add_argument("--seed", type=int, default=1, help="of the permutations (default 1)")
    found.add_argument("--json", action="store_true", help="print JSON")
    found = commands.add_parser("checkers", help="what each check of the verifier earns")
    found.add_argument("--rows", type=Path, metavar="FILE", help="labelled rows beside our own")
    found.add_argument("--json", action="store_true", help="print JSON, a row a line")
    found = commands.add_parser("report", help="figures and report of a run, made again")
    found.add_argument("run", type=Path, metavar="RUN", help="folder of a run")
    found.add_argument("--json", action="store_true", help="print JSON")
    found = commands.add_parser("export-inspect", help="a log that `inspect view` opens")
    found.add_argument("run", type=Path, metavar="RUN", help="folder of a run")
    found.add_argument("--out", type=Path, help="file to write (default RUN/inspect.json)")
    return parser


def _add_run(run: argparse.ArgumentParser) -> None:
    for name, said in PATHS.items():
        metavar = "DIR" if "folder" in said or "library" in said else "FILE"
        run.add_argument(name, type=Path, metavar=metavar, help=said)
    for name, (kind, default, said) in NUMBERS.items():
        run.add_argument(name, type=kind, default=default, metavar="N", help=said)
    run.add_argument("--suite", default="smoke", help=SUITES)
    run.add_argument("--system", default="desk", help=SYSTEMS)
    run.add_argument(
        "--grader",
        choices=("second", "model", "none"),
        default="second",
        help="who judges support: the second grader, the configured language model, or nobody"
        " (default second)",
    )
    run.add_argument("--resume", action="store_true", help="go on with the run in --out")
    run.add_argument(
        "--partial", action="store_true", help="measure written pages though some lack"
    )
    run.add_argument(
        "--fail-under",
        nargs="+",
        action="extend",
        default=[],
        metavar="METRIC=VALUE",
        help="status 1 where a figure is on the wrong side of this value",
    )
    run.add_argument("--json", action="store_true", help="print JSON")


def _parse_count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give 1 or more")
    return number


SUITES: Final = (
    "smoke, full, claims, sentences, pages, pairs, newsroom, or a published file as alce:FILE, "
    "averitec:FILE, scifact:FILE, wice:FILE (default smoke)"
)
SYSTEMS: Final = (
    "desk, given (the text in the case), pages:DIR (our JSON), markdown:DIR, pairs:FILE (rulings "
    "as `verdict judge` writes them) (default desk)"
)
PATHS: Final = {
    "--data": "file or folder of labelled pairs (JSON lines)",
    "--out": "folder of the run (default: in the user's data folder)",
    "--library": "library that the questions are about (default: the demonstration notes)",
    "--labels": 'labels of people, rows {"case", "sentence", "label"}',
    "--baseline": "status 1 where a figure got worse than in this file",
    "--write-baseline": "write the figures as a baseline",
}
NUMBERS: Final[dict[str, tuple[Callable[[str], int], int | None, str]]] = {
    "--workers": (_parse_count, os.cpu_count() or 1, "processes that answer (default: the cores)"),
    "--seed": (int, 1, "of invented worlds and resampling (default 1)"),
    "--limit": (_parse_count, None, "at most N cases of each part, always the same ones"),
}

if __name__ == "__main__":
    main()
