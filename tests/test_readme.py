"""What the documentation shows is so: commands run, and maps, links and tables are true."""

import argparse
import os
import re
import shlex
import subprocess
import sysconfig
import tomllib
from collections.abc import Callable
from importlib.util import find_spec
from itertools import dropwhile
from pathlib import Path

import pytest
import typer

from agent.faces.cli.app import app
from agent.settings import Settings
from evals.__main__ import _parser
from tests.reference import PLACE, ROOT, TABLES, documents, renewed

DOCUMENTS = {str(p.relative_to(ROOT)): p.read_text("utf-8") for p in documents()}
CHAPTERS = sorted({p.parent.name for p in ROOT.glob("[a-z]*/__init__.py")} | {"seeds"})

CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
STEP = re.compile(r"^\$ (?P<command>.+)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
STEPS = {
    name: [m for block in CONSOLE.findall(text) for m in STEP.finditer(block)]
    for name, text in DOCUMENTS.items()
    if CONSOLE.search(text)
}
SHELL = re.compile(r"^ *```sh\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
TYPED = [
    pytest.param(words, id=f"{name}: {' '.join(words)}")
    for name, text in DOCUMENTS.items()
    for block in SHELL.findall(text)
    for line in block.splitlines()
    if (words := list(dropwhile(re.compile(r"[A-Z_]+=").match, shlex.split(line, comments=True))))
    and words[0] != "export"
]
MAP = re.compile(r"^## (?:Map|The house)\n.*?^```\n(.*?)^```", re.DOTALL | re.MULTILINE)
PLACED = re.compile(r"[\w-]+(?:/|\.(?:py|md|json|toml)\b)")
CODE = re.compile(r"^ *```.*?^ *```|`[^`\n]+`", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"""(?:\]\(|src=")(?!\w+:)([^)#"\s]*)(?:#([^)"\s]*))?""")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def pattern(expected: str) -> str:
    return ".*".join(re.escape(part) for part in expected.strip().split("..."))


@pytest.mark.xdist_group("readme")
@pytest.mark.parametrize("name", STEPS)
def test_the_commands_print_what_a_document_shows(name: str, home: Path) -> None:
    scripts = sysconfig.get_path("scripts")
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("VERDICT_", "XDG_"))}
    env = plain | {"PATH": f"{scripts}:/usr/bin:/bin", "HOME": str(home), "COLUMNS": "80"}
    for step in STEPS[name]:
        done = subprocess.run(
            ["/bin/bash", "-c", step["command"]],
            cwd=home,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        shown = re.fullmatch(pattern(step["output"]), done.stdout.strip(), re.DOTALL)
        assert shown, (step["command"], done.stdout, done.stderr)
        assert done.returncode == 0, (step["command"], done.stderr)


def test_enough_is_shown_to_start_with() -> None:
    assert len(STEPS["README.md"]) >= 5
    assert sum(map(len, STEPS.values())) >= 15


def _verdict(words: list[str]) -> None:
    command = typer.main.get_command(app)
    while isinstance(command, typer.core.TyperGroup):
        command = command.commands[words.pop(0)]
    command.make_context("verdict", words)


def _verdict_eval(words: list[str]) -> None:
    assert isinstance(_parser().parse_args(words), argparse.Namespace)


def _make(words: list[str]) -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert words[0] in targets


def _install(words: list[str]) -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    verb, what = words
    found = re.fullmatch(r"\.(?:\[(\w+)\])?", what)  # from the checkout: it is on no index
    assert verb == "install"
    assert found, what
    assert found[1] is None or found[1] in extras["optional-dependencies"]


def _python(words: list[str]) -> None:
    assert words[0] == "-m"
    assert find_spec(words[1])


TRIED: dict[str, Callable[[list[str]], None]] = {
    "verdict": _verdict,
    "verdict-eval": _verdict_eval,
    "make": _make,
    "pip": _install,
    "pipx": _install,
    "python": _python,
}


@pytest.mark.parametrize("words", TYPED)
def test_a_command_that_does_not_run_here_exists_with_its_options(words: list[str]) -> None:
    TRIED[words[0]](words[1:])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_module_that_is_to_be_run_is_there(name: str) -> None:
    for module in re.findall(r"python -m ([\w.]+\w)", DOCUMENTS[name]):
        assert find_spec(module), module


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_named(name: str) -> None:
    assert f"`VERDICT_{name.upper()}`" in DOCUMENTS["agent/SETTINGS.md"]


@pytest.mark.parametrize("name", [n for n in DOCUMENTS if not n.startswith("tests/")])
def test_a_variable_that_is_named_is_a_setting(name: str) -> None:
    named = set(re.findall(r"VERDICT_([A-Z_]+)", DOCUMENTS[name]))
    assert {n.lower() for n in named} <= Settings.model_fields.keys()


@pytest.mark.parametrize("name", [n for n, text in DOCUMENTS.items() if PLACE.search(text)])
def test_tables_are_those_of_the_code(name: str) -> None:
    assert renewed(DOCUMENTS[name]) == DOCUMENTS[name], "run `make docs`"


def test_every_table_of_the_code_has_its_place() -> None:
    places = {m["name"] for text in DOCUMENTS.values() for m in PLACE.finditer(text)}
    assert places == set(TABLES)
    reference = PLACE.findall(DOCUMENTS["agent/SETTINGS.md"])
    assert [name for _, name, _ in reference] == ["settings", "exit statuses"]


def test_the_readme_stays_short() -> None:
    assert len(DOCUMENTS["README.md"].split()) <= 1000


def _map(name: str) -> list[str]:
    found = MAP.search(DOCUMENTS[name])
    assert found, f"{name} has no map"
    return found[1].splitlines()


def test_everything_on_the_map_of_the_house_stands_there() -> None:
    floors = []
    for line in _map("README.md"):
        names = PLACED.findall(line)
        if not line.startswith(" "):
            floors.append(names.pop(0).rstrip("/"))
        assert all((ROOT / floors[-1] / name).exists() for name in names), line
    assert sorted(floors) == CHAPTERS


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_names_every_module_and_room_and_nothing_else(chapter: str) -> None:
    folder = ROOT / chapter
    places = [line.split("  ")[0] for line in _map(f"{chapter}/README.md")]
    named = {name for place in places for name in PLACED.findall(place)}
    modules = {p.name for p in folder.glob("*.py")} - {"__init__.py"}
    rooms = {f"{p.name}/" for p in folder.iterdir() if p.is_dir() and _is_used(p)}
    assert modules | rooms <= named
    assert {n for n in named if not (folder / n).exists()} == set()


def _is_used(folder: Path) -> bool:
    return any(p.is_file() and "__pycache__" not in p.parts for p in folder.rglob("*"))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_files_and_headings_that_exist(name: str) -> None:
    for to, heading in LINK.findall(CODE.sub("", DOCUMENTS[name])):
        found = (ROOT / name).parent / to if to else ROOT / name
        assert found.exists(), to
        assert not heading or heading in _anchors(found), heading


def _anchors(path: Path) -> set[str]:
    """What GitHub makes of the headings of a document."""
    text = re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
