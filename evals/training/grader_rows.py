"""Rows that the second grader learns from: people's labels, and copies that are edited."""

import gzip
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from evals.grader.text import split_sentences

EDITED: Final = 0.7
"""Share of the copies that are edited, where they can be; of the others the place is cut out."""
_MARK: Final = re.compile(r"\s*\[\[?\w+\]\]?")
_NUMBER: Final = re.compile(r"\b\d+\b")
_NAME: Final = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}")
_ARTICLE: Final = re.compile(r"^(?:An?|The|In|On|At|It|This|There|After|Before|When|While)\b")
_PAPERS: Final = ("Times", "Tribune", "Herald", "Post", "Gazette", "News", "Institute", "Review")
_FRAMES: Final = (
    "{s}",
    "According to {p}, {l}",
    "{s}, according to {p}",
    "{p} reported on {d} that {l}",
    '{p} reported on {d}: "{s}"',
)
"""How a page says who says it."""
_JOINTS: Final = ("; ", ", and ")
_VERB: Final = re.compile(r"\b(is|was|were|are|has been|had|can|will)\b(?! not)")


@dataclass(frozen=True)
class Row:
    """One labelled pair; rows with the same first passage are one cluster."""

    claim: str
    evidence: str
    supported: bool
    cluster: str


def read_rows(path: Path) -> list[Row]:
    """Rows `{"claim", "evidence": [passage], "label"}` of gzipped JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [_parse_row(json.loads(line)) for line in lines]


def read_passages(path: Path, most: int) -> list[str]:
    """The evidence of the first rows of a file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(most), strict=False)]
    return [passage for row in rows for passage in row["evidence"]]


def make_copies(rows: Sequence[Row], most: int, seed: int) -> Iterator[Row]:
    """Sentences of evidence as claims: as they stand, edited, and with their place cut out.

    What a page of extracts is like, which the labelled sets hardly have: a copy is carried; with
    another figure or name, or turned round, it is not; nor by the rest of its passage. Half of them
    are attributed, and joined with the next, as a page does it: with another publisher or day
    such a sentence is not carried either.
    """
    chance = random.Random(seed)
    found = [(row, sentence) for row in rows for sentence in split_sentences(row.evidence)]
    chance.shuffle(found)
    names = sorted({name for _, sentence in found for name in _NAME.findall(sentence)})
    usable = [(r, s) for r, s in found if 8 <= len(s.split()) <= 40 and s.endswith(".")]
    for n, (row, sentence) in enumerate(usable[:most]):
        made = _attribute_rows if n % 2 else _copy_rows
        yield from made(row, sentence, names, chance)


def _copy_rows(
    row: Row, sentence: str, names: Sequence[str], chance: random.Random
) -> Iterator[Row]:
    """A sentence as it stands, and the same edited or beside the rest of its passage."""
    yield Row(sentence, row.evidence, supported=True, cluster=row.cluster)
    rest = row.evidence.replace(sentence, " ")
    edited = _edit_sentence(sentence, names, chance) if chance.random() < EDITED else None
    if edited:
        yield Row(edited, row.evidence, supported=False, cluster=row.cluster)
    elif len(rest.split()) > 10:
        yield Row(sentence, rest, supported=False, cluster=row.cluster)


def _attribute_rows(
    row: Row, sentence: str, names: Sequence[str], chance: random.Random
) -> Iterator[Row]:
    """A sentence with who said it when; then edited, of another publisher, or without its place."""
    publisher, other = (f"{n} {chance.choice(_PAPERS)}" for n in chance.sample(names, 2))
    day, later = (_draw_day(chance) for _ in range(2))
    frame = chance.choice(_FRAMES)
    told = sentence
    following = row.evidence.partition(sentence)[2].strip()
    after = next(iter(split_sentences(following)), "") if following else ""
    if 5 <= len(after.split()) <= 25 and chance.random() < 0.3:
        told = f"{sentence.rstrip('.')}{chance.choice(_JOINTS)}{_lower_first(after)}"
    head = f"{publisher}, {day}, {' '.join(row.evidence.split()[:6])}\n"
    right = _frame_sentence(frame, told, publisher, day)
    yield Row(right, head + row.evidence, supported=True, cluster=row.cluster)
    edited = _edit_sentence(told, names, chance)
    wrong = [
        _frame_sentence(frame, edited, publisher, day) if edited else right,
        _frame_sentence(frame, told, other, later),
    ]
    claim = wrong[chance.random() >= EDITED]
    rest = row.evidence.replace(sentence, " ") if claim == right else row.evidence
    if len(rest.split()) > 10:
        yield Row(claim, head + rest, supported=False, cluster=row.cluster)


def _frame_sentence(frame: str, sentence: str, publisher: str, day: str) -> str:
    bare = sentence.rstrip(" .")
    return f"{frame.format(s=bare, l=_lower_first(bare), p=publisher, d=day)}."


def _lower_first(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:] if _ARTICLE.match(sentence) else sentence


def _draw_day(chance: random.Random) -> str:
    day = date(2015, 1, 1) + timedelta(days=chance.randrange(4_000))
    return f"{day:%B} {day.day}, {day.year}"


def _edit_sentence(sentence: str, names: Sequence[str], chance: random.Random) -> str | None:
    """The sentence with one thing changed; None where it has nothing to change."""
    edits: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = [
        (_NUMBER, lambda m: str(int(m[0]) + chance.randint(1, 9))),
        (_NAME, lambda m: chance.choice([n for n in names if n != m[0]] or [m[0]])),
        (_VERB, lambda m: f"{m[0]} not"),
    ]
    chance.shuffle(edits)
    for pattern, change in edits[:2]:
        if found := list(pattern.finditer(sentence)):
            at = chance.choice(found)
            return f"{sentence[: at.start()]}{change(at)}{sentence[at.end() :]}"
    return None


def _parse_row(found: dict[str, object]) -> Row:
    given = found["evidence"]
    texts = [str(text) for text in given] if isinstance(given, list) else []
    return Row(
        claim=_MARK.sub("", str(found["claim"])),
        evidence="\n".join(texts),
        supported=found["label"] == "supported",
        cluster=sha256(texts[0].encode() if texts else b"").hexdigest()[:12],
    )
