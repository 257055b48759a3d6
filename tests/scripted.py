"""Language models that are scripts: they read what they are sent as a model would."""

import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from agent.llm.errors import AnswerMalformed
from agent.writers.anaphora import points_back
from prompts import Request, load, parse
from retrieval.sentences import split_sentences

A = TypeVar("A", bound=BaseModel)
Script = Callable[[Request], str | Exception]
FACETS = ("origin", "rules", "facts", "inquiry", "context")


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
    known = {load(name).instructions: name for name in ("plan", "write", "repair", "opinion")}
    name = known[instructions]
    return Request(
        prompt=name, fingerprint=load(name).fingerprint, instructions=instructions, text=text
    )


def records(request: Request) -> list[dict[str, Any]]:
    """Every JSON record of a request, in order."""
    lines = (line for line in request.text.splitlines() if line.startswith("{"))
    return [json.loads(line) for line in lines]


def written(*sections: tuple[str, Iterable[tuple[str, str, str]]]) -> str:
    """A `write` answer: facet, then (text, passage, words) for each sentence."""
    made = [
        {
            "facet": facet,
            "sentences": [
                {"quotes": [{"passage": p, "words": w}], "text": text} for text, p, w in said
            ],
        }
        for facet, said in sections
    ]
    return json.dumps({"sections": made})


def honest(request: Request) -> str:
    """Says what passages say, a passage after the other; gives up what is rejected.

    A passage that gives orders is left alone.
    """
    found = records(request)
    match request.prompt:
        case "plan":
            question = found[0]["question"]
            return json.dumps(
                {
                    "claim": question,
                    "opposite": f"it is not so that {question}",
                    "kind": "factual",
                    "queries": [{"facet": "facts", "text": question}],
                    "expected": [],
                }
            )
        case "write":
            passages = [r for r in found if "publisher" in r and "Ignore all" not in r["text"]]
            said = [
                (r["text"][a:b], r["id"], r["text"][a:b])
                for r in passages
                for a, b in split_sentences(r["text"])
                if not points_back(r["text"][a:b])
            ]
            return written(*((f, said[i::3]) for i, f in enumerate(FACETS[:3]) if said[i::3]))
        case "repair":
            dropped = [
                {"number": r["number"], "action": "drop", "quotes": [], "text": ""}
                for r in found
                if "number" in r
            ]
            return json.dumps({"sentences": dropped})
        case _:
            agreed = [{"number": r["number"], "support": "full", "reason": ""} for r in found]
            return json.dumps({"opinions": agreed})
