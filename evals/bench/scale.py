"""Libraries of any size: how long adding, opening and searching take, what memory and disk.

Each stage runs in a process of its own, whose memory is told; see `filling` for what is not real.
"""

import multiprocessing
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any, Final, TypeVar

from evals.bench import notes
from evals.bench.asking import MS, K, Searched, search, share_found
from evals.bench.filling import Filled, add_one, embed_sample, fill, lay
from evals.bench.measure import KIB, Ratio, Report, Spread
from retrieval.library import RECORD
from retrieval.record import Record

PAGES: Final = 2_000
Found = TypeVar("Found")


def bench_scale(folder: Path, runs: int, sizes: tuple[int, ...]) -> Report:
    """Add `sizes[0]` passages, one note more, and ask every question `runs` times in each way."""
    (size,) = sizes
    sample, rate = _run_apart(embed_sample, folder / "sample.npy")
    answers = _run_apart(notes.write_notes, folder / "notes", size)
    place = folder / "library"
    filled = _run_apart(fill, place, folder / "notes", sample)
    more = _run_apart(add_one, place, folder / "more", sample)
    ways = {
        way: _run_apart(search, place / RECORD, place / "index", sample, answers * runs, way)
        for way in ("index", "exact")
    }
    index, exact = ways["index"], ways["exact"]
    spreads = [Spread.of("embedding by the product's model", [rate], "p/s")]
    spreads += _spread_filling(filled)
    spreads += [Spread.of("one note more, index included", [more])]
    spreads += _spread_searching(ways)
    return Report(
        benchmark=f"scale, {filled.passages:,} passages",
        spreads=tuple(spreads),
        facts={
            "processor time of adding, s": round(filled.cpu, 1),
            "processor time of building the index, s": round(filled.index_cpu, 1),
            "peak of adding, MiB": filled.peak,
            "peak of what it starts, MiB": filled.started_peak,
            "peak of searching by index, MiB": index.peak,
            "peak of searching exactly, MiB": exact.peak,
            "record, MiB": filled.record_mb,
            "index, MiB": filled.index_mb,
            "questions": len(answers),
            f"answer among the first {K}, by index": index.hits,
            f"answer among the first {K}, exactly": exact.hits,
            f"recall@{K} of the nearest vectors": share_found(index.nearest, exact.nearest),
            f"recall@{K} of the whole search": share_found(index.best, exact.best),
        },
    )


def bench_pages(folder: Path, runs: int, _: tuple[int, ...]) -> Report:
    """Add `PAGES` pages, as one book and as many files, `runs` times, and a tenth of them."""
    sample, _rate = _run_apart(embed_sample, folder / "sample.npy")
    spreads, ratios = [], []
    facts: dict[str, int | float | str] = {}
    for form, write in (("one PDF", notes.write_book), ("files", notes.write_files)):
        costs = []
        for count in (PAGES // 10, PAGES):
            what = f"{count:,} pages as {form}"
            _run_apart(write, folder / what, count)
            filled = [
                _run_apart(fill, folder / f"{what}-{n}", folder / what, sample) for n in range(runs)
            ]
            used = [MS * (one.cpu + one.index_cpu) / count for one in filled]
            costs.append(Spread.of(f"processor time a page, {what}", used, "ms"))
            facts[f"passages, {what}"] = filled[0].passages
            facts[f"of it for the index, ms, {what}"] = round(MS * filled[0].index_cpu / count, 2)
            facts[f"peak of adding, MiB, {what}"] = filled[0].peak
            facts[f"peak of what it starts, MiB, {what}"] = filled[0].started_peak
        spreads += costs
        ratios.append(Ratio.of(costs[1], costs[0]))
    return Report(benchmark="pages", spreads=tuple(spreads), ratios=tuple(ratios), facts=facts)


def bench_postgres(folder: Path, runs: int, sizes: tuple[int, ...], url: str) -> Report:
    """Fill an empty PostgreSQL database, and ask every question exactly and by its own index."""
    (size,) = sizes
    sample, _rate = _run_apart(embed_sample, folder / "sample.npy")
    start = perf_counter()
    answers = _run_apart(lay, url, 0, size, sample)
    took = perf_counter() - start
    record = Record.open(url)
    taken, lacks = record.count_bytes(), record.no_vector_index
    record.close()
    ways = {
        way: _run_apart(search, url, folder / "index", sample, answers * runs, way)
        for way in ("exact", *(() if lacks else ("database",)))
    }
    facts: dict[str, int | float | str] = {"at the server, MiB": round(taken / KIB**2, 1)}
    for way, found in ways.items():
        facts[f"peak of searching, MiB, {way}"] = found.peak
        facts[f"answer among the first {K}, {way}"] = found.hits
        near = share_found(found.nearest, ways["exact"].nearest)
        facts[f"recall@{K} of the nearest vectors, {way}"] = near
    facts |= {"no index in the database": lacks} if lacks else {}
    return Report(
        benchmark=f"postgres, {size:,} passages",
        spreads=(
            Spread.of("written straight to the record, a passage", [MS * took / size], "ms"),
            *_spread_searching(ways),
        ),
        facts=facts,
    )


def _spread_filling(filled: Filled) -> list[Spread]:
    rest = filled.files - filled.embedding
    whole = filled.files + filled.origins + filled.index
    return [
        Spread.of("adding in all, without the model's time", [whole - filled.embedding]),
        Spread.of("  read, cut, write", [rest]),
        Spread.of("  origins", [filled.origins]),
        Spread.of("  index built, checked, sealed", [filled.index]),
        Spread.of("read, cut, write, a passage", [MS * rest / filled.passages], "ms"),
        Spread.of("index, a passage", [MS * filled.index / filled.passages], "ms"),
    ]


def _spread_searching(ways: Mapping[str, Searched]) -> list[Spread]:
    spreads = []
    for way, found in ways.items():
        spreads.append(Spread.of(f"opening for search by {way}", [found.opened]))
        spreads += [Spread.of(f"  {what}", times, "ms") for what, times in found.times.items()]
    return spreads


def _run_apart(work: Callable[..., Found], *what: Any) -> Found:  # noqa: ANN401
    """Run in a new process, whose memory is given back and told apart."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(work, *what).result()
