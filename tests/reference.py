"""Tables of the documentation that are made from the code: `make docs` writes them anew.

A document holds one between `<!-- from the code: NAME -->` and `<!-- end -->`.
"""

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

from platformdirs import user_data_path

from agent.faces.exit_codes import Exit
from agent.settings import APP, Settings
from agent.verdict.table import TABLE
from evals.__main__ import STATUSES
from prompts import NAMES, load

ROOT: Final = Path(__file__).parent.parent
PLACE: Final = re.compile(
    r"(?P<start><!-- from the code: (?P<name>[a-z ]+) -->\n).*?(?P<end><!-- end -->)", re.DOTALL
)


def documents() -> list[Path]:
    """Every Markdown file of the house, in order."""
    visible = [p for p in ROOT.iterdir() if not p.name.startswith(".")]
    rooms = [p for p in visible if p.is_dir() and not p.is_symlink()]
    top = [p for p in visible if p.suffix == ".md"]
    return sorted([*top, *(p for room in rooms for p in room.rglob("*.md"))])


def renewed(text: str) -> str:
    """The text with its tables as the code has them now."""
    return PLACE.sub(lambda m: f"{m['start']}{TABLES[m['name']]()}\n{m['end']}", text)


def _rows(*rows: tuple[str, ...]) -> str:
    head, *body = rows
    lines = [head, ("---",) * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _meanings(cls: type) -> Iterator[tuple[str, str]]:
    """The fields of a class, each with the docstring below it."""
    [node] = ast.parse(inspect.getsource(cls)).body
    assert isinstance(node, ast.ClassDef)
    for field, below in pairwise(node.body):
        targets: list[ast.expr] = [field.target] if isinstance(field, ast.AnnAssign) else []
        targets += field.targets if isinstance(field, ast.Assign) else []
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            said = " ".join(str(below.value.value).split())
            yield from ((target.id, said) for target in targets if isinstance(target, ast.Name))


def settings(prefix: str = "") -> str:
    """Variable, default and meaning of each setting whose name begins so."""
    found = [
        (f"`VERDICT_{name.upper()}`", _default(name), meaning)
        for name, meaning in _meanings(Settings)
        if name.startswith(prefix)
    ]
    return _rows(("variable", "default", "meaning"), *found)


def _default(name: str) -> str:
    value = Settings.model_fields[name].get_default(call_default_factory=True)
    if isinstance(value, Path):
        return f"`{value.relative_to(user_data_path(APP))}` in the user's data folder"
    if value is None or value == ():
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def exit_statuses() -> str:
    found = [(str(Exit[name].value), meaning) for name, meaning in _meanings(Exit)]
    return _rows(("status", "meaning"), *found)


def evaluation_statuses() -> str:
    found = re.findall(r"^ +(\d+) +(.+)$", STATUSES, re.MULTILINE)
    return _rows(("status", "meaning"), *found)


def verdict_table() -> str:
    return _rows(("for and against", "verdict"), *((rule, str(label)) for rule, _, label in TABLE))


def prompts() -> str:
    found = [(f"[`{name}.md`]({name}.md)", load(name)) for name in NAMES]
    return _rows(
        ("prompt", "purpose", "answer"),
        *((link, prompt.purpose, f"`{prompt.answer}`") for link, prompt in found),
    )


TABLES: Final[dict[str, Callable[[], str]]] = {
    "settings": settings,
    "settings of slack": lambda: settings("slack_"),
    "exit statuses": exit_statuses,
    "exit statuses of evaluations": evaluation_statuses,
    "verdict table": verdict_table,
    "prompts": prompts,
}

if __name__ == "__main__":
    for document in documents():
        text = document.read_text("utf-8")
        if renewed(text) != text:
            document.write_text(renewed(text), "utf-8")
            print(document.relative_to(ROOT))  # noqa: T201
