"""Prompts are data: one Markdown file each, with the type of its answer in the module beside it.

A file has front matter (purpose, answer, fields), then the instructions, which never change and go
first so that a provider can cache them, then, after a line `<!-- request -->`, what differs from
call to call, with `$fields`. Fingerprints are kept in `lock.json`: a changed prompt is a changed
program.
"""

import hashlib
import json
import re
import string
from functools import cache
from importlib.resources import files
from typing import Final, TypeVar

import yaml
from pydantic import BaseModel, Field, ValidationError

A = TypeVar("A", bound=BaseModel)

NAMES: Final = ("plan", "stance", "write", "judge", "repair")
BREAK: Final = "<!-- request -->"
THOUGHTS: Final = re.compile(r"<(think|thinking|thought|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL)
THOUGHT_ENDS: Final = re.compile(r"</(?:think|thinking|thought|reasoning)>")
"""Some servers keep the opening tag in the prompt."""
TOKEN: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[{}]')
"""What tells where an object ends: strings, which may hold braces, and braces."""
TRIED: Final = 20
"""Objects of one answer that are looked at, the last ones."""


class Request(BaseModel, frozen=True, extra="forbid"):
    """A prompt with its fields filled in: what is sent."""

    prompt: str
    fingerprint: str
    instructions: str
    text: str
    temperature: float | None = None
    """None: the model's own."""


class Prompt(BaseModel, frozen=True, extra="forbid"):
    """Instructions, a template and what they are for."""

    name: str
    purpose: str = Field(min_length=1)
    answer: str
    """Name of the answer type in the module beside the prompt."""
    fields: tuple[str, ...]
    instructions: str
    template: str
    temperature: float | None = None
    """What to ask the model for; None leaves it its own."""

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that eval reports and pages quote."""
        parts = [self.instructions, self.template]
        if self.temperature is not None:
            parts.append(f"{self.temperature:g}")
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]

    def request(self, **values: str) -> Request:
        """Fill in the fields; a value is never read as a template.

        Raises:
            KeyError: a field is missing, or there is no such field.
        """
        if set(values) != set(self.fields):
            raise KeyError(f"the prompt {self.name!r} has the fields {sorted(self.fields)}")
        return Request(
            prompt=self.name,
            fingerprint=self.fingerprint,
            instructions=self.instructions,
            text=string.Template(self.template).substitute(values),
            temperature=self.temperature,
        )


@cache
def load(name: str) -> Prompt:
    """Read the prompt `name` from its file."""
    text = (files("prompts") / f"{name}.md").read_text("utf-8")
    _, front, body = text.split("---\n", 2)
    instructions, template = body.split(f"{BREAK}\n")
    return Prompt(
        name=name,
        instructions=instructions.strip(),
        template=template.strip(),
        **yaml.safe_load(front),
    )


def lock() -> dict[str, str]:
    """The fingerprints that were agreed on."""
    locked: dict[str, str] = json.loads((files("prompts") / "lock.json").read_text("utf-8"))
    return locked


RUN: Final = 8
"""Words in a row that nobody writes by chance as a prompt has them."""


def repeated(text: str) -> list[str]:
    """Each `RUN` words in a row that stand in the instructions of a prompt, in small letters."""
    return [run for run in runs(text) if run in _instructions()]


@cache
def _instructions() -> frozenset[str]:
    return frozenset(run for name in NAMES for run in runs(load(name).instructions))


def runs(text: str) -> list[str]:
    """Each `RUN` words in a row of a text, in small letters."""
    words = re.findall(r"\w+", text.lower())
    return [" ".join(words[i : i + RUN]) for i in range(len(words) - RUN + 1)]


def parse(text: str, answer: type[A]) -> A:
    """Read an answer: the last object in it that is of the type asked for.

    It may stand in a code fence, after the model's thoughts, or between words. A field that was
    not asked for is left out.

    Raises:
        pydantic.ValidationError: there is none.
    """
    text = text.strip("\ufeff \t\r\n")
    try:
        return answer.model_validate_json(text, extra="ignore")
    except ValidationError as error:
        failed = error
    *_, said = THOUGHT_ENDS.split(THOUGHTS.sub("", text))
    others = (found for found in reversed(_find_objects(said)[-TRIED:]) if found != text)
    for found in others:
        try:
            return answer.model_validate_json(found, extra="ignore")
        except ValidationError as error:
            failed = error
    raise failed


def _find_objects(text: str) -> list[str]:
    """Each balanced `{…}` that stands in no other, in order; in one pass, whatever the text is."""
    spans: list[tuple[int, int]] = []
    opened: list[int] = []
    at = text.find("{")
    while at >= 0 and (token := TOKEN.search(text, at)):
        at = token.end()
        if token[0] == "{":
            opened.append(token.start())
        elif token[0] == "}":
            start = opened.pop()
            while spans and spans[-1][0] > start:
                spans.pop()
            spans.append((start, at))
        if not opened:
            at = text.find("{", at)
    return [text[start:end] for start, end in spans]
