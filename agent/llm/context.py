"""Evidence on its way into a prompt: whole passages, the most valuable first, as data."""

import json
import re
import secrets
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from agent.language.orders import without_orders
from agent.types import Citation
from retrieval import tokens
from retrieval.sentences import split_sentences
from retrieval.types import Passage

AGAIN: Final = 0.8
"""What a passage of an origin is worth beside one more of the same origin: breadth before depth."""
MARKS: Final = re.compile(r"\[(\s*\^?\d+(?:\s*[,;–-]\s*\^?\d+)*\s*)\]")


@dataclass(frozen=True)
class Pack:
    """Passages under names that say nothing, and a marker that no passage can know."""

    names: dict[str, Passage]
    marker: str
    records: str = field(repr=False)

    def passage(self, name: str) -> Passage | None:
        return self.names.get(name)


def pack(passages: Sequence[Passage], draw: Callable[[int], str] = secrets.token_hex) -> Pack:
    """Name the passages and write them as records, one JSON object a line, grouped by source.

    JSON keeps a passage on its line, so nothing in it can look like a marker or another record;
    citation marks in it become braces (the stored text keeps them).
    """
    order = {p.source.id: n for n, p in reversed(list(enumerate(passages)))}
    passages = [p for p in passages if without_orders(p.text)]
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
    """One passage as the model sees it: without what gives it orders."""
    source = passage.source
    return encoded(
        {
            "id": name,
            "publisher": source.publisher,
            "published": source.published.isoformat() if source.published else None,
            "kind": source.kind,
            "title": without_orders(source.title),
            "text": without_orders(passage.text),
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


SAME: Final = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032`\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("[{", "("),
    **dict.fromkeys("]}", ")"),
}
AROUND: Final = " \"'"
"""Marks that a model puts around a quotation."""
SHORTEST: Final = 3
"""Words of a quotation; fewer can be found anywhere and carry nothing."""


def find_words(words: str, passage: Passage) -> Citation | None:
    """Cite the sentences of a passage that hold the words; nothing where it has them not.

    The citation is widened to whole sentences: a quotation that begins behind a "not", or behind
    "he falsely claimed that", would carry the opposite of what its sentence says.
    """
    wanted = _bare(words)
    held, places = folded(passage.text)
    at = held.find(wanted)
    if len(wanted.split()) < SHORTEST or at < 0:
        return None
    start, end = places[at], places[at + len(wanted) - 1] + 1
    touched = [span for span in split_sentences(passage.text) if span[0] < end and start < span[1]]
    return Citation.of(passage, touched[0][0], touched[-1][1]) if touched else None


def holds_words(words: str, text: str) -> bool:
    """Whether a text has the words, marks and spaces forgiven."""
    wanted = _bare(words)
    return len(wanted.split()) >= SHORTEST and wanted in folded(text)[0]


def _bare(words: str) -> str:
    return folded(words)[0].strip(AROUND)


def folded(text: str) -> tuple[str, list[int]]:
    """Text without what is forgiven, and for each of its characters the place it came from."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for plain in _plain(character):
            if plain == " " and characters and characters[-1] == " ":
                continue
            characters.append(plain)
            places.append(place)
    return "".join(characters), places


def _plain(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in {"Cf", "Cc", "Cs"}:
        return ""
    plain = unicodedata.normalize("NFKC", character).lower()
    return SAME.get(character) or SAME.get(plain) or plain
