"""Rows that the second grader learns from: people's labels, and copies that are edited."""

import gzip
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from evals.grader.text import sentences

EDITED: Final = 0.7
"""Share of the copies that are edited, where they can be; of the others the place is cut out."""
_MARK: Final = re.compile(r"\s*\[\[?\w+\]\]?")
_NUMBER: Final = re.compile(r"\b\d+\b")
_NAME: Final = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}")
_VERB: Final = re.compile(r"\b(is|was|were|are|has been|had|can|will)\b(?! not)")


@dataclass(frozen=True)
class Row:
    """One labelled pair; rows with the same first passage are one cluster."""

    claim: str
    evidence: str
    supported: bool
    cluster: str


def read(path: Path) -> list[Row]:
    """Rows `{"claim", "evidence": [passage], "label"}` of gzipped JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [_row(json.loads(line)) for line in lines]


def passages(path: Path, most: int) -> list[str]:
    """The evidence of the first rows of a file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(most), strict=False)]
    return [passage for row in rows for passage in row["evidence"]]


def copies(rows: Sequence[Row], most: int, seed: int) -> Iterator[Row]:
    """Sentences of evidence as claims: as they stand, edited, and with their place cut out.

    What a page of extracts is like, which the labelled sets hardly have: a copy is carried; with
    another figure or name, or turned round, it is not; nor by the rest of its passage.
    """
    chance = random.Random(seed)
    found = [(row, sentence) for row in rows for sentence in sentences(row.evidence)]
    chance.shuffle(found)
    names = sorted({name for _, sentence in found for name in _NAME.findall(sentence)})
    usable = [(r, s) for r, s in found if 8 <= len(s.split()) <= 40 and s.endswith(".")]
    for row, sentence in usable[:most]:
        yield Row(sentence, row.evidence, supported=True, cluster=row.cluster)
        rest = row.evidence.replace(sentence, " ")
        edited = _edited(sentence, names, chance) if chance.random() < EDITED else None
        if edited:
            yield Row(edited, row.evidence, supported=False, cluster=row.cluster)
        elif len(rest.split()) > 10:
            yield Row(sentence, rest, supported=False, cluster=row.cluster)


def _edited(sentence: str, names: Sequence[str], chance: random.Random) -> str | None:
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


def _row(found: dict[str, object]) -> Row:
    given = found["evidence"]
    texts = [str(text) for text in given] if isinstance(given, list) else []
    return Row(
        claim=_MARK.sub("", str(found["claim"])),
        evidence="\n".join(texts),
        supported=found["label"] == "supported",
        cluster=sha256(texts[0].encode() if texts else b"").hexdigest()[:12],
    )
