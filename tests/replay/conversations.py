"""Whole drafts with a language model, recorded once and played back.

A conversation is a JSON file: for each request the prompt and the answer as it was given. Names of
passages and sources, drawn anew for each request, and numbers of sentences stand in it as digests
of their texts, so that it plays wherever the same texts are asked about.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from agent.llm.errors import ServiceFault
from prompts import Request, parse
from tests.scripted import request_of

A = TypeVar("A", bound=BaseModel)
FOLDER: Final = Path(__file__).with_name("drafts")
NAMED: Final = ("id", "source", "number")
"""Fields of a record that name it."""
NAMING: Final = ("passage", "passages", "source", "number")
"""Fields of an answer that hold such a name, or several."""


class Replayed:
    """A chat that gives the recorded answers, prompt by prompt, in their order."""

    def __init__(self, name: str) -> None:
        turns = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
        self.question: str = turns["question"]
        self._left: list[dict[str, Any]] = turns["turns"]
        self.requests: list[Request] = []

    @property
    def left(self) -> list[str]:
        """Prompts of the answers that nobody asked for."""
        return [turn["prompt"] for turn in self._left]

    def ask(self, request: Request, answer: type[A]) -> A:
        self.requests.append(request)
        turn = next((t for t in self._left if t["prompt"] == request.prompt), None)
        if turn is None:
            raise ServiceFault(f"The recording has no answer to {request.prompt!r}.")
        self._left.remove(turn)
        names = {digest: name for name, digest in _digests(request.text).items()}
        return parse(json.dumps(_renamed(turn["answer"], names)), answer)


def record(folder: Path, question: str, name: str) -> None:
    """Keep the conversation that a relay wrote into `folder` (NNN.req.json and NNN.ans.txt)."""
    turns = []
    for asked in sorted(folder.glob("*.req.json")):
        said = asked.with_name(asked.name.replace("req.json", "ans.txt"))
        messages = json.loads(asked.read_text("utf-8"))["messages"]
        request = request_of(messages[0]["content"], messages[1]["content"])
        answer = json.loads(said.read_text("utf-8"))
        turns.append({"prompt": request.prompt, "answer": _renamed(answer, _digests(request.text))})
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps({"question": question, "turns": turns}, ensure_ascii=False, indent=1)
    (FOLDER / f"{name}.json").write_text(f"{text}\n", "utf-8")


def _digests(text: str) -> dict[str, str]:
    """Name -> digest of the text it names, of every record of a request."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("{"):
            row = json.loads(line)
            name = next((str(row[key]) for key in NAMED if key in row), None)
            if name is not None and "text" in row:
                publisher = row.get("publisher") or ""
                digest = hashlib.sha256(f"{publisher}\n{row['text']}".encode()).hexdigest()
                found[name] = digest[:12]
    return found


def _renamed(value: Any, names: Mapping[str, str], key: str = "") -> Any:  # noqa: ANN401 - JSON
    """A copy of an answer with other names; what has none becomes one that nothing bears."""
    if isinstance(value, dict):
        return {k: _renamed(v, names, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_renamed(v, names, key) for v in value]
    if key not in NAMING:
        return value
    name = names.get(str(value))
    if key == "number" and (name is None or name.isdigit()):
        return int(name or -1)
    return name or str(value)
