"""Evidence on its way into a prompt: whole passages, the most valuable first, as data."""

import json
import re
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from retrieval import tokens
from retrieval.types import Passage

AGAIN: Final = 0.8
"""What a passage of an origin is worth beside one more of the same origin: breadth before depth."""
SMALL: Final = re.compile(r"(?<![\w.@/-])[a-z]+(?![\w@/-]|\.\w)")
MARKS: Final = re.compile(r"\[(\s*\^?\d+(?:\s*[,;–-]\s*\^?\d+)*\s*)\]")


@dataclass(frozen=True)
class Pack:
    """Passages under names that say nothing, and a marker that no passage can know."""

    names: dict[str, Passage]
    marker: str
    records: str = field(repr=False)

    @cached_property
    def small(self) -> frozenset[str]:
        """The words that its passages write in small letters: these are no names."""
        return frozenset(w for p in self.names.values() for w in SMALL.findall(p.text))

    def passage(self, name: str) -> Passage | None:
        return self.names.get(name)


def pack(passages: Sequence[Passage], draw: Callable[[int], str] = secrets.token_hex) -> Pack:
    """Name the passages and write them as records, one JSON object a line, grouped by source.

    JSON keeps a passage on its line, so nothing in it can look like a marker or another record;
    citation marks in it become braces (the stored text keeps them).
    """
    order = {p.source.id: n for n, p in reversed(list(enumerate(passages)))}
    names: dict[str, Passage] = {}
    for passage in sorted(passages, key=lambda p: (order[p.source.id], p.start)):
        name = draw(2)
        while name in names:
            name = draw(2)
        names[name] = passage
    records = "\n".join(record(name, passage) for name, passage in names.items())
    return Pack(names, marker(draw, records), records)


def marker(draw: Callable[[int], str], *texts: str) -> str:
    """A delimiter that does not occur in what it delimits."""
    found = draw(8)
    while any(found in text for text in texts):
        found = draw(8)
    return found


def record(name: str, passage: Passage) -> str:
    """One passage as the model sees it."""
    source = passage.source
    return encoded(
        {
            "id": name,
            "publisher": source.publisher,
            "published": source.published.isoformat() if source.published else None,
            "title": source.title,
            "text": passage.text,
        }
    )


def encoded(value: dict[str, object]) -> str:
    """One line of JSON; line separators and invisible characters are escaped."""
    text = MARKS.sub(r"{\1}", json.dumps(value, ensure_ascii=False))
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def choose(passages: Sequence[Passage], room: int, model: str | None = None) -> list[Passage]:
    """The passages worth most that fit into `room` tokens; none is cut in the middle.

    Value is the place in `passages` (best first), less for each passage already taken from the
    same origin.
    """
    left = dict(enumerate(passages))
    taken: Counter[str] = Counter()
    chosen: list[tuple[int, Passage]] = []
    while left:
        n = max(left, key=lambda i: AGAIN ** taken[left[i].source.origin] / (i + 3))
        passage = left.pop(n)
        size = tokens.count(record("0000", passage), model) + 1
        if size <= room:
            room -= size
            taken[passage.source.origin] += 1
            chosen.append((n, passage))
    return [passage for _, passage in sorted(chosen, key=lambda c: c[0])]
