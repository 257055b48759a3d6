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
from importlib.resources import files
from typing import Final, TypeVar

import yaml
from pydantic import BaseModel, Field

A = TypeVar("A", bound=BaseModel)

NAMES: Final = ("plan", "write", "repair", "opinion")
BREAK: Final = "<!-- request -->"
FENCE: Final = re.compile(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*", re.DOTALL)


class Request(BaseModel, frozen=True, extra="forbid"):
    """A prompt with its fields filled in: what is sent."""

    prompt: str
    fingerprint: str
    instructions: str
    text: str


class Prompt(BaseModel, frozen=True, extra="forbid"):
    """Instructions, a template and what they are for."""

    name: str
    purpose: str = Field(min_length=1)
    answer: str
    """Name of the answer type in the module beside the prompt."""
    fields: tuple[str, ...]
    instructions: str
    template: str

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that eval reports and pages quote."""
        return hashlib.sha256(f"{self.instructions}\0{self.template}".encode()).hexdigest()[:12]

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
        )


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


def parse(text: str, answer: type[A]) -> A:
    """Read an answer: one JSON object, alone or in one code fence, of exactly the type asked for.

    Raises:
        pydantic.ValidationError: it is anything else.
    """
    fenced = FENCE.fullmatch(text)
    return answer.model_validate_json(fenced[1] if fenced else text)
