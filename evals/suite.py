"""Which cases make up a suite."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from evals.case import Case, WorldCase
from evals.errors import MalformedCase
from evals.loaders import own, public
from evals.synthetic.stories import make_worlds

SUITES: Final = ("smoke", "full", "claims", "sentences", "pages", "pairs", "newsroom")
SMOKE_CLAIMS: Final = 2
"""Questions of each topic in the smoke suite."""
WORLD_QUESTIONS: Final = 200
"""Questions about invented worlds in the full suite."""
PAIRS_A_SET: Final = 150
"""Rows that the full suite takes of each set of pairs in `--data`."""


def build_suite(
    name: str, data: Path | None = None, seed: int = 1, limit: int | None = None
) -> list[Case]:
    """The cases of a suite, in a fixed order.

    Args:
        name: one of `SUITES`, or `FORMAT:FILE` with a format of `public.FORMATS`.
        data: a file or folder of labelled pairs (JSON lines, plain or gzipped).
        seed: of the invented worlds.
        limit: at most so many cases of each part, the same ones every time.

    Raises:
        MalformedCase: a file or a row cannot be used, or `pairs` lacks its data.
    """
    form, _, path = name.partition(":")
    if form in public.FORMATS and path:
        return cap_cases(public.read_published(form, Path(path)), limit)
    if name not in SUITES:
        formats = ", ".join(f"{f}:FILE" for f in public.FORMATS)
        raise MalformedCase(
            f"There is no suite {name!r}.", f"Suites are {', '.join(SUITES)}, {formats}."
        )
    return cap_cases(_load_cases(name, data, seed, limit), limit)


def _load_cases(name: str, data: Path | None, seed: int, limit: int | None) -> list[Case]:
    found: list[Case] = []
    if name in {"full", "claims"}:
        found += own.read_claims()
    if name == "smoke":
        found += _first_per_cluster(list(own.read_claims()), SMOKE_CLAIMS)
    if name in {"smoke", "full", "sentences"}:
        found += [*own.read_sentences(), *own.read_sentences("near")]
    if name in {"smoke", "full", "pages"}:
        found += own.read_pages()
    if name in {"newsroom", "full"}:
        found += make_world_cases(seed, limit or WORLD_QUESTIONS)
    if name == "pairs" and data is None:
        raise MalformedCase("The suite of pairs has no data of its own.", "Give --data DIR.")
    if name in {"full", "pairs"} and data is not None:
        sets = [list(own.read_pairs(path)) for path in _find_files(data)]
        most = PAIRS_A_SET if name == "full" else None
        found += [case for rows in sets for case in cap_cases(rows, most)]
    return found


def make_world_cases(seed: int, questions: int) -> Iterator[WorldCase]:
    """One case a question; the world is the cluster."""
    for number, world in enumerate(make_worlds(seed, questions)):
        for place, asked in enumerate(world.questions):
            yield WorldCase(
                id=f"newsroom/{asked.id}",
                cluster=world.id,
                question=asked.text,
                how=asked.kind,
                seed=seed,
                questions=questions,
                world=number,
                number=place,
            )


def cap_cases(cases: Sequence[Case], limit: int | None) -> list[Case]:
    """At most `limit` cases of each part, drawn by the hash of their ids, in the given order."""
    if limit is None:
        return list(cases)
    kept: set[str] = set()
    for part in dict.fromkeys(c.part for c in cases):
        ids = sorted((c.id for c in cases if c.part == part), key=_hash_id)
        kept.update(ids[:limit])
    return [c for c in cases if c.id in kept]


def _first_per_cluster(cases: Sequence[Case], each: int) -> Iterable[Case]:
    for cluster in dict.fromkeys(c.cluster for c in cases):
        yield from [c for c in cases if c.cluster == cluster][:each]


def _hash_id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _find_files(data: Path) -> list[Path]:
    if data.is_file():
        return [data]
    found = sorted([*data.glob("*.jsonl"), *data.glob("*.jsonl.gz")])
    if not found:
        raise MalformedCase(
            f"There is no .jsonl or .jsonl.gz file in {data}.", "Give a file or folder of pairs."
        )
    return found
