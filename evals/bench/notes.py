"""Notes that nobody wrote: any number, the same ones each time, some with a known answer.

Their words are drawn as words of news are: a few stand in every third passage, most in very few. So
a search by words meets lists as long as it would in a library of that size.
"""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from textwrap import fill
from typing import Final

PARAGRAPHS: Final = 10
"""Passages of a note: an article of about 700 words."""
NOTES_A_FILE: Final = 500
LINE: Final = 90
"""Characters of a line of a book."""
PLANTED: Final = 100
"""Notes that have an answer, spread evenly over all."""
_FIRST: Final = 1990
_YEARS: Final = 35

_ONSETS = "b br c ch cl d dr f fl g gl gr h k l m n p pr r s sh sl st t th tr v w wh y".split()  # noqa: SIM905
_VOWELS = "a e i o u ai ea oo".split()  # noqa: SIM905
_ENDINGS = "bury by dale field ford ham ley mere mouth port stead ton wick worth".split()  # noqa: SIM905
_BODIES = (
    "harbour board", "county council", "water company", "health trust", "school district",
    "forestry office", "transport authority", "housing agency", "police department", "fire service",
    "port authority", "electricity board", "national museum", "weather service", "tax office",
    "fisheries inspectorate", "road administration", "public library", "city hospital",
    "railway operator",
)  # fmt: skip
_THINGS = (
    "bicycles", "inspections", "complaints", "ferries", "oak trees", "patients", "burglaries",
    "new homes", "power cuts", "fishing permits", "bus passengers", "teachers", "parking fines",
    "flood warnings", "tonnes of waste", "kilometres of track", "visitors", "pupils", "ambulances",
    "solar panels", "water leaks", "job offers", "farm animals", "road signs", "street lamps",
    "library cards", "vaccinations", "wells", "wind turbines", "lorries", "court hearings",
    "building permits", "rescue dogs", "noise measurements", "beds", "fires", "apprentices",
    "electric cars", "rain gauges", "museum tickets",
)  # fmt: skip
_ADJECTIVES = (
    "yearly", "late", "prompt", "costly", "regional", "quiet", "sudden", "steady", "rare",
    "northern", "southern", "public", "private", "modest", "record", "seasonal", "rural", "coastal",
    "technical", "legal", "local", "foreign", "joint", "final",
)  # fmt: skip
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_PARTS = (
    (
        "According to {body} records,", "In {month} {year},", "Last {month},", "For {place},",
        "By {month} {day},", "Since {year},", "As in {town},", "On {month} {day},",
        "Unlike {third},", "At {percent} per cent,", "Within {percent} days,", "Near {place},",
    ),
    (
        "the {body}", "officials from {place}", "a {adjective} study", "residents", "the council",
        "a spokesperson for {town}", "the {word} scheme", "an audit", "the government",
        "{number} {thing}", "the {adjective} report", "people in {third}", "the {word} committee",
    ),
    (
        "counted", "described", "did not mention", "had asked for", "compared", "corrected",
        "expected", "reported", "covered", "doubted", "registered", "published", "delayed",
        "paid for", "questioned", "followed", "replaced", "objected to",
    ),
    (
        "{number} {thing}", "the {adjective} plan", "fewer {thing}", "a budget of {number} million",
        "the {word} line", "rules on {thing}", "{adjective} figures from {year}",
        "{percent} per cent more {other}", "the cost of {other}", "a {adjective} review",
        "prices for {thing}", "{thing} and {other}",
    ),
    (
        "outside {place}", "before {month}", "in {year}", "twice", "against {town}",
        "with the {body}", "after the {word} report", "for {percent} weeks", "as {third} did",
        "despite {adjective} warnings", "without {other}", "and said so",
    ),
)  # fmt: skip
"""What a sentence is put together from: no run of it is long enough to make two notes look alike.
"""


_MARK: Final = "its yearly account says."


@dataclass(frozen=True)
class Answer:
    """A question of which one passage of all notes has the answer."""

    question: str
    sentence: str
    """Stands in that passage and in no other."""


def write_notes(folder: Path, passages: int) -> list[Answer]:
    """Write notes of `passages` passages in all as JSON lines; return what may be asked of them."""
    folder.mkdir(parents=True)
    count = max(1, passages // PARAGRAPHS)
    every = max(1, count // PLANTED)
    answers = make_answers(min(PLANTED, count))
    for first in range(0, count, NOTES_A_FILE):
        with (folder / f"notes-{first:08}.jsonl").open("w", encoding="utf-8") as file:
            for n in range(first, min(first + NOTES_A_FILE, count)):
                planted = answers[n // every] if n % every == 0 and n // every < PLANTED else None
                file.write(f"{json.dumps(make_note(n, planted))}\n")
    return answers


def make_answers(count: int) -> list[Answer]:
    """What may be asked: as many questions as `count`, each with the sentence that answers it."""
    drawn = random.Random(0)
    pairs = list(product(_BODIES, _THINGS))
    drawn.shuffle(pairs)
    return [_make_answer(drawn, *pair) for pair in islice(pairs, count)]


def make_note(n: int, planted: Answer | None = None, size: int = PARAGRAPHS) -> dict[str, object]:
    """Note number `n`, as a line of JSON; with `planted`, its sentence stands in the middle."""
    drawn = random.Random(n)
    paragraphs = [_write_paragraph(drawn) for _ in range(size)]
    if planted is not None:
        middle = size // 2
        paragraphs[middle] = f"{planted.sentence} {_write_sentence(drawn)}"
    body, place = drawn.choice(_BODIES), _draw_place(drawn)
    return {
        "id": f"note-{n:08}",
        "title": f"{drawn.choice(_ADJECTIVES).capitalize()} figures from {place}: the {body}",
        "publisher": f"{place} Gazette {n % 997}",
        "url": f"https://example.org/notes/{n}",
        "published": f"{_FIRST + drawn.randrange(_YEARS)}-{1 + n % 12:02}-{1 + n % 28:02}",
        "kind": "news",
        "tier": 1 + n % 3,
        "text": "\n\n".join(paragraphs),
    }


def write_sentences(count: int) -> list[str]:
    """Sentences to put notes together from, where writing each note anew would take too long."""
    drawn = random.Random(count)
    return [_write_sentence(drawn) for _ in range(count)]


def is_planted(text: str) -> bool:
    """Whether a text is a question that may be asked, or a passage that answers one."""
    return _MARK in text or text.endswith("?")


def write_files(folder: Path, count: int) -> None:
    """Write notes of a page each, one a file, as text with front matter."""
    folder.mkdir(parents=True)
    for n in range(count):
        made = make_note(n, None, PARAGRAPHS // 2)
        text = made.pop("text")
        lines = "".join(f"{name}: {json.dumps(value)}\n" for name, value in made.items())
        (folder / f"note-{n:08}.md").write_text(f"---\n{lines}---\n\n{text}\n", "utf-8")


def write_book(folder: Path, pages: int) -> None:
    """Write one PDF of so many pages, five paragraphs each."""
    folder.mkdir(parents=True)
    drawn = random.Random(pages)
    texts = [
        "\n\n".join(fill(_write_paragraph(drawn), LINE) for _ in range(PARAGRAPHS // 2))
        for _ in range(pages)
    ]
    (folder / "book.pdf").write_bytes(_to_pdf(texts))


def _to_pdf(texts: Sequence[str]) -> bytes:
    """A page a text, line by line, in one of the fonts that every reader of PDF has."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(texts)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(texts)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for n, text in enumerate(texts):
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font"
            f" << /F1 3 0 R >> >> /Contents {5 + 2 * n} 0 R >>"
        )
        lines = "".join(f"({line}) Tj T*\n" for line in text.split("\n"))
        content = f"BT /F1 10 Tf 14 TL 60 790 Td\n{lines}ET"
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    made, places = bytearray(b"%PDF-1.4\n"), []
    for number, one in enumerate(objects, start=1):
        places.append(len(made))
        made += f"{number} 0 obj\n{one}\nendobj\n".encode("latin-1")
    start = len(made)
    made += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    made += "".join(f"{place:010} 00000 n \n" for place in places).encode()
    made += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n".encode()
    return bytes(made + b"%%EOF\n")


def _make_answer(drawn: random.Random, body: str, thing: str) -> Answer:
    # Two endings: no place of another note has them.
    place, year = f"{_draw_place(drawn)}wick-on-sea", _FIRST + drawn.randrange(_YEARS)
    number = f"{drawn.randrange(1_000, 90_000):,}"
    return Answer(
        f"How many {thing} did the {body} of {place} have in {year}?",
        f"The {body} of {place} had {number} {thing} at the end of {year}, {_MARK}",
    )


def _write_paragraph(drawn: random.Random) -> str:
    return " ".join(_write_sentence(drawn) for _ in range(5))


def _write_sentence(drawn: random.Random) -> str:
    words = _Words(drawn)
    return " ".join(drawn.choice(part).format_map(words) for part in _PARTS) + "."


class _Words(dict[str, object]):
    """The words of one sentence, each drawn where it is needed."""

    def __init__(self, drawn: random.Random) -> None:
        super().__init__()
        self._drawn = drawn

    def __missing__(self, what: str) -> object:
        word = self[what] = _DRAW[what](self._drawn)
        return word


def _draw_place(drawn: random.Random) -> str:
    """A name of a place; low ranks come often."""
    return _name(_draw_rank(drawn)).capitalize() + drawn.choice(_ENDINGS[:4])


def _draw_rank(drawn: random.Random) -> int:
    """A rank up to 50,000, each about as often as one over it: words of a language are so."""
    return int(50_000 ** drawn.random())


def _name(number: int) -> str:
    syllables, parts = number, []
    while syllables:
        syllables, consonant = divmod(syllables, len(_ONSETS))
        parts.append(_ONSETS[consonant] + _VOWELS[(number + consonant) % len(_VOWELS)])
    return "".join(parts)


_DRAW: Final[dict[str, Callable[[random.Random], object]]] = {
    "body": lambda drawn: drawn.choice(_BODIES),
    "thing": lambda drawn: drawn.choice(_THINGS[::2]),
    "other": lambda drawn: drawn.choice(_THINGS[1::2]),
    "adjective": lambda drawn: drawn.choice(_ADJECTIVES),
    "place": _draw_place,
    "town": _draw_place,
    "third": _draw_place,
    "word": lambda drawn: _name(100_000 + _draw_rank(drawn)),
    "month": lambda drawn: drawn.choice(_MONTHS),
    "day": lambda drawn: 1 + int(28 * drawn.random()),
    "year": lambda drawn: _FIRST + int(_YEARS * drawn.random()),
    "percent": lambda drawn: 2 + int(96 * drawn.random()),
    "number": lambda drawn: f"{11 + int(90_000 * drawn.random()):,}",
}
"""How each kind of word is drawn; two things of one sentence are never the same."""
