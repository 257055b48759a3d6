"""What every way of finding the nearest passages owes a search: the same answer."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from retrieval.brute_force import ExactScan
from retrieval.chroma import ChromaIndex
from retrieval.copying import copy_record
from retrieval.record import Record
from retrieval.types import Vectors
from tests.fakes_retrieval import WordsEmbedder, put
from tests.faults.postgres import without_library

Nearest = Callable[[Vectors, int], dict[str, float]]
WORDS = ("bridge", "river", "school", "storm", "council", "arrest", "warrant", "engine", "forest")


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Record]:
    record = Record.create(tmp_path_factory.mktemp("record") / "library.sqlite3", "words/1", 32)
    random = np.random.default_rng(7)
    for n in range(12):
        chosen = random.choice(WORDS, (5, 4)).tolist()
        put(record, f"s{n}", *(f"{' '.join(words)} {n}{i}" for i, words in enumerate(chosen)))
    yield record
    record.close()


@pytest.fixture(scope="module")
def chroma_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Chroma server on this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = str(Path(sys.executable).with_name("chroma"))
    folder = tmp_path_factory.mktemp("server")
    command = [program, "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with socket.socket() as door:
                if door.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        running.terminate()


def exact(record: Record, request: pytest.FixtureRequest) -> Iterator[Nearest]:
    scan = ExactScan()

    def nearest(vectors: Vectors, depth: int) -> dict[str, float]:
        with record.reader() as reader:
            return scan.nearest(reader, vectors[0], depth)

    yield nearest


def filled(index: ChromaIndex, record: Record) -> Iterator[Nearest]:
    with record.reader() as reader:
        for entries in reader.entries():
            index.upsert(entries)
    yield lambda vectors, depth: index.nearest(vectors, depth)[0]
    index.close()


def chroma(record: Record, request: pytest.FixtureRequest) -> Iterator[Nearest]:
    folder = request.getfixturevalue("tmp_path_factory").mktemp("index")
    yield from filled(ChromaIndex.in_folder(folder, "words/1", 32), record)


def chroma_server(record: Record, request: pytest.FixtureRequest) -> Iterator[Nearest]:
    url = request.getfixturevalue("chroma_address")
    yield from filled(ChromaIndex.at_server(url, "verdict-test", "words/1", 32), record)


def pgvector(record: Record, request: pytest.FixtureRequest) -> Iterator[Nearest]:
    url = request.getfixturevalue("server")
    without_library(url)
    shared = Record.create(url, record.embedder, record.dimension)
    if shared.no_vector_index:
        shared.close()
        pytest.skip(shared.no_vector_index)
    copy_record(record, shared)

    def nearest(vectors: Vectors, depth: int) -> dict[str, float]:
        with shared.reader() as reader:
            found = reader.nearest(vectors[0], depth)
        assert found is not None
        return found

    yield nearest
    shared.close()


INDEXES = [exact, chroma, chroma_server, pgvector]


@pytest.fixture(scope="module", params=INDEXES, ids=[make.__name__ for make in INDEXES])
def nearest(request: pytest.FixtureRequest, record: Record) -> Iterator[Nearest]:
    yield from request.param(record, request)


@pytest.mark.parametrize("query", ["bridge storm", "the school", "engine forest"])
def test_the_nearest_passages_come_best_first_with_their_cosine(
    nearest: Nearest, record: Record, query: str
) -> None:
    vector = WordsEmbedder().embed([query])
    with record.reader() as reader:
        [matrix] = reader.matrices()
    cosines = dict(zip(matrix.ids.tolist(), (matrix.vectors @ vector[0]).tolist(), strict=True))
    expected = sorted(cosines, key=lambda i: -cosines[i])[:10]
    found = nearest(vector, 10)
    assert list(found) == expected
    assert found == pytest.approx({i: cosines[i] for i in expected}, abs=1e-5)


def test_asking_for_more_than_there_is_gives_all(nearest: Nearest, record: Record) -> None:
    with record.reader() as reader:
        assert nearest(WordsEmbedder().embed(["bridge"]), 1_000).keys() == reader.ids()
