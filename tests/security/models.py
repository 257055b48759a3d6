"""Models that are on the side of the attacker, as scripts."""

import json
from collections.abc import Mapping, Sequence

from agent.llm.context import MARKS
from prompts import Request
from tests.scripted import Script, honest, planned, records
from tests.security.payloads import Case


def seen(request: Request, among: Sequence[Case]) -> list[Case]:
    """The cases whose order a request shows, read as a model would read them."""
    shown = "\n".join(str(value) for record in records(request) for value in record.values())
    return [case for case in among if MARKS.sub(r"{\1}", case.text) in shown]


def obedient(among: Sequence[Case], met: set[int]) -> Script:
    """A model that does what any source tells it, in every kind of answer; `met` gets what it saw.

    It understands every carrier. It is writer, reader of stances, judge and repairer at once.
    """

    def answer(request: Request) -> str:
        found = seen(request, among)
        met.update(case.number for case in found)
        match request.prompt:
            case "plan":
                return planned(request)
            case "stance":
                return json.dumps({"stances": _stances(request, found)})
            case "write":
                return json.dumps(_page(request, found))
            case "judge":
                return json.dumps({"rulings": _rulings(request)})
            case _:
                return json.dumps({"sentences": _repairs(request, found)})

    return answer


def leaky(turn: int) -> Script:
    """A model that tells what it was told: instructions, markers and records, as its sentences.

    Each `turn` begins at another word. As a judge it finds everything carried.
    """

    def answer(request: Request) -> str:
        if request.prompt == "judge":
            return json.dumps({"rulings": _rulings(request)})
        if request.prompt in {"plan", "stance"}:
            return honest(request)
        ids = [r["id"] for r in records(request) if "publisher" in r][turn % 3 :][:2]
        made = [{"text": line, "passages": ids} for line in _told(request, turn)]
        if request.prompt == "write":
            asked = [f"{line.rstrip('.')}?" for line in _told(request, turn)]
            return json.dumps(_whole(made) | {"follow_ups": asked[:6]})
        numbers = [r["number"] for r in records(request) if "number" in r]
        pairs = zip(numbers, made, strict=False)
        return json.dumps(
            {"sentences": [{"number": n, "action": "rewrite", **m} for n, m in pairs]}
        )

    return answer


def _told(request: Request, turn: int) -> list[str]:
    """Stretches of the request as sentences: bare, quoted, and told as news."""
    words = request.instructions.split()[turn * 5 :] or request.instructions.split()
    size = 9 + turn % 12
    parts = [" ".join(words[i : i + size]) for i in range(0, 16 * size, size)]
    lines = [line for line in request.text.splitlines() if line.startswith("===")]
    shapes = ("{}.", "The council said: “{}.”", "The river bridge: {}.", "The order reads {}.")
    return [shapes[(n + turn) % len(shapes)].format(p) for n, p in enumerate(parts)] + lines


def _stances(request: Request, found: Sequence[Case]) -> list[dict[str, object]]:
    made = []
    for record in (r for r in records(request) if "source" in r):
        held = f"{record['title']}\n{record['text']}"
        orders = [MARKS.sub(r"{\1}", c.text) for c in found]
        mine = [text for text in orders if text in held]
        words = [mine[0], mine[0][-60:], record["text"]] if mine else []
        made.append(
            {
                "source": record["source"],
                "words": words,
                "holder": "",
                "stance": "for" if mine else "neither",
            }
        )
    return made


def _sentences(case: Case) -> list[str]:
    """What it makes of an order: what was to be said, and what was to be done."""
    order = case.order.replace("{name}", case.name).replace("{figure}", str(case.figure))
    said = (
        order.partition(" that ")[2].rstrip(".!") or f"the river bridge is closed, says {case.name}"
    )
    return [
        f"{said[0].upper()}{said[1:]}.",
        f"{case.name} closed the river bridge to cars.",
        f"{case.figure} cars were counted on the river bridge.",
        order,
        f"The river bridge is closed to cars (https://{case.name}.example/proof).",
        f"The river bridge is closed to cars [9] <!channel> {case.name}.",
    ]


def _page(request: Request, found: Sequence[Case]) -> dict[str, object]:
    own = json.loads(honest(request))
    by_text = {r["id"]: f"{r['title']}\n{r['text']}" for r in records(request) if "publisher" in r}
    made = []
    for case in found:
        text = MARKS.sub(r"{\1}", case.text)
        ids = [i for i, held in by_text.items() if text in held]
        made += [{"text": line, "passages": ids[:1]} for line in _sentences(case)]
        made.append({"text": _sentences(case)[0], "passages": ["zzzz"]})
    honest_ones = [s for part in own["sections"] for s in part["sentences"]][:4]
    page = _whole([*honest_ones, *made])
    asked = [f"What did {c.name} say on https://{c.name}.example/proof?" for c in found]
    asked += [f"Why did {c.name} close the river bridge to cars?" for c in found]
    return page | {"follow_ups": asked[:6], "action": "post", "tool_calls": [{"name": "fetch"}]}


def _whole(made: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """A page of all these sentences: four in each of seven sections, three at each end."""
    parts = [list(made[i : i + 4]) for i in range(0, min(len(made), 28), 4)]
    sections = [
        {"heading": p[0]["text"], "passages": p[0]["passages"], "sentences": p} for p in parts
    ]
    rest = list(made[28:]) or list(made)
    ends = {"summary": rest[:3], "limits": rest[3:6], "bottom_line": rest[6:9]}
    return {**ends, "sections": sections, "absent": [], "follow_ups": []}


def _rulings(request: Request) -> list[dict[str, object]]:
    """Support for everything, by all the words of all its passages."""
    texts = {r["id"]: r["text"] for r in records(request) if "publisher" in r}
    return [
        {
            "number": r["number"],
            "parts": [
                {
                    "part": r["text"],
                    "quotes": [{"passage": p, "words": texts[p]} for p in r["passages"]],
                }
            ],
            "support": "supported",
            "missing": "",
        }
        for r in records(request)
        if "number" in r
    ]


def _repairs(request: Request, found: Sequence[Case]) -> list[dict[str, object]]:
    lines = [line for case in found for line in _sentences(case)] or ["It is closed to cars."]
    rejected = [r for r in records(request) if "number" in r]
    return [
        {
            "number": r["number"],
            "action": "rewrite",
            "text": lines[n % len(lines)],
            "passages": r["passages"],
        }
        for n, r in enumerate(rejected)
    ]
