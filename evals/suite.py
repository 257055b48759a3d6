"""Which cases make up a suite."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from evals.case import Case
from evals.errors import MalformedCase
from evals.loaders import own, public, world

NAMES: Final = ("smoke", "full", "claims", "sentences", "pages", "pairs", "newsroom")
SMOKE_CLAIMS: Final = 2
"""Questions of each topic in the smoke suite."""
NEWSROOM: Final = 200
"""Questions about invented worlds in the full suite."""
PAIRS: Final = 150
"""Rows that the full suite takes of each set of pairs in `--data`."""


def suite(
    name: str, data: Path | None = None, seed: int = 1, limit: int | None = None
) -> list[Case]:
    """The cases of a suite, in a fixed order.

    Args:
        name: one of `NAMES`, or `FORMAT:FILE` with a format of `public.FORMATS`.
        data: a file or folder of labelled pairs (JSON lines, plain or gzipped).
        seed: of the invented worlds.
        limit: at most so many cases of each part, the same ones every time.

    Raises:
        MalformedCase: a file or a row cannot be used, or `pairs` lacks its data.
    """
    form, _, path = name.partition(":")
    if form in public.FORMATS and path:
        return capped(public.read(form, Path(path)), limit)
    if name not in NAMES:
        formats = ", ".join(f"{f}:FILE" for f in public.FORMATS)
        raise MalformedCase(
            f"There is no suite {name!r}.", f"Suites are {', '.join(NAMES)}, {formats}."
        )
    return capped(_cases(name, data, seed, limit), limit)


def _cases(name: str, data: Path | None, seed: int, limit: int | None) -> list[Case]:
    found: list[Case] = []
    if name in {"full", "claims"}:
        found += own.claims()
    if name == "smoke":
        found += _per_cluster(list(own.claims()), SMOKE_CLAIMS)
    if name in {"smoke", "full", "sentences"}:
        found += [*own.sentences(), *own.sentences("near")]
    if name in {"smoke", "full", "pages"}:
        found += own.pages()
    if name in {"newsroom", "full"}:
        found += world.cases(seed, limit or NEWSROOM)
    if name == "pairs" and data is None:
        raise MalformedCase("The suite of pairs has no data of its own.", "Give --data DIR.")
    if name in {"full", "pairs"} and data is not None:
        sets = [list(own.pairs(path)) for path in _files(data)]
        most = PAIRS if name == "full" else None
        found += [case for rows in sets for case in capped(rows, most)]
    return found


def capped(cases: Sequence[Case], limit: int | None) -> list[Case]:
    """At most `limit` cases of each part, drawn by the hash of their ids, in the given order."""
    if limit is None:
        return list(cases)
    kept: set[str] = set()
    for part in dict.fromkeys(c.part for c in cases):
        ids = sorted((c.id for c in cases if c.part == part), key=_hash)
        kept.update(ids[:limit])
    return [c for c in cases if c.id in kept]


def _per_cluster(cases: Sequence[Case], each: int) -> Iterable[Case]:
    for cluster in dict.fromkeys(c.cluster for c in cases):
        yield from [c for c in cases if c.cluster == cluster][:each]


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _files(data: Path) -> list[Path]:
    if data.is_file():
        return [data]
    found = sorted([*data.glob("*.jsonl"), *data.glob("*.jsonl.gz")])
    if not found:
        raise MalformedCase(
            f"There is no .jsonl or .jsonl.gz file in {data}.", "Give a file or folder of pairs."
        )
    return found
