"""Language models that are scripts: they read what they are sent as a model would."""

import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from agent.llm.errors import AnswerMalformed
from agent.writers.anaphora import points_back
from prompts import NAMES, Request, load, parse
from retrieval.sentences import split_sentences

A = TypeVar("A", bound=BaseModel)
Script = Callable[[Request], str | Exception]


class ScriptedChat:
    """A chat behind the port, without a wire: an answer in another form is final."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.requests: list[Request] = []

    def ask(self, request: Request, answer: type[A]) -> A:
        self.requests.append(request)
        said = self._script(request)
        if isinstance(said, Exception):
            raise said
        try:
            return parse(said, answer)
        except ValidationError as error:
            raise AnswerMalformed("The model answered in another form.") from error


def request_of(instructions: str, text: str) -> Request:
    """The request that a server was sent, its prompt told by the instructions."""
    name = {load(name).instructions: name for name in NAMES}[instructions]
    return Request(
        prompt=name, fingerprint=load(name).fingerprint, instructions=instructions, text=text
    )


def records(request: Request) -> list[dict[str, Any]]:
    """Every JSON record of a request, in order."""
    lines = (line for line in request.text.splitlines() if line.startswith("{"))
    return [json.loads(line) for line in lines]


def written(*sections: Iterable[tuple[str, str]], **parts: object) -> str:
    """A `write` answer: sections of (text, passage), each headed by its first sentence."""
    made = []
    for said in sections:
        told = [{"text": text, "passages": [p]} for text, p in said]
        head = told[0]["text"]
        made.append({"heading": head, "passages": told[0]["passages"], "sentences": told})
    ends: dict[str, object] = {"summary": [], "limits": [], "bottom_line": []}
    return json.dumps({**ends, "sections": made, "absent": [], "follow_ups": [], **parts})


def ruled(request: Request, support: str = "supported", words: str = "") -> str:
    """A `judge` answer that rules alike on every sentence, by the first passage of each."""
    found = records(request)
    texts = {r["id"]: r["text"] for r in found if "publisher" in r}
    rulings = [
        {
            "number": r["number"],
            "parts": [
                {
                    "part": r["text"],
                    "quotes": [{"passage": p, "words": words or texts[p]} for p in r["passages"]],
                }
            ],
            "support": support,
            "missing": "" if support == "supported" else "part of it",
        }
        for r in found
        if "number" in r
    ]
    return json.dumps({"rulings": rulings})


def planned(request: Request) -> str:
    """A `plan` answer in the words of the question."""
    question = records(request)[0]["question"]
    return json.dumps(
        {
            "claim": question,
            "opposite": f"it is not so that {question}",
            "kind": "factual",
            "queries": [question],
        }
    )


def honest(request: Request) -> str:
    """Says what passages say, a passage after the other; gives up what is rejected.

    A passage that gives orders is left alone. It reads no stance, and finds carried what stands
    word for word in a passage.
    """
    found = records(request)
    match request.prompt:
        case "plan":
            return planned(request)
        case "stance":
            return json.dumps({"stances": []})
        case "write":
            passages = [r for r in found if "publisher" in r and "Ignore all" not in r["text"]]
            said = [
                (r["text"][a:b], r["id"])
                for r in passages
                for a, b in split_sentences(r["text"])
                if not points_back(r["text"][a:b])
            ]
            return written(*(said[i::3] for i in range(3) if said[i::3]))
        case "judge":
            return _exactly(found)
        case _:
            dropped = [
                {"number": r["number"], "action": "drop", "text": "", "passages": []}
                for r in found
                if "number" in r
            ]
            return json.dumps({"sentences": dropped})


def _exactly(found: list[dict[str, Any]]) -> str:
    texts = {r["id"]: r["text"] for r in found if "publisher" in r}
    rulings = []
    for r in (r for r in found if "number" in r):
        held = [p for p in r["passages"] if r["text"].rstrip(".") in texts[p]]
        quotes = [{"passage": p, "words": r["text"].rstrip(".")} for p in held]
        rulings.append(
            {
                "number": r["number"],
                "parts": [{"part": r["text"], "quotes": quotes}],
                "support": "supported" if held else "unsupported",
                "missing": "" if held else "the words stand in no passage",
            }
        )
    return json.dumps({"rulings": rulings})
