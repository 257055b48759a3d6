"""Commands as they are typed reach no other machine and leave no file but the product's own.

A library that reports to its maker leaves an id at once and connects after some ten seconds:
VERDICT_TEST_QUIET_SECONDS=30 lets the processes that stay live as long once their work is done.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from retrieval.chroma import _settings
from tests.faces.front import QUESTION, note
from tests.faces.proxy import Proxy, proxy

SECONDS = float(os.environ.get("VERDICT_TEST_QUIET_SECONDS", "0"))
VERDICT = str(Path(sysconfig.get_path("scripts")) / "verdict")
FETCH = "import urllib.request as r; r.urlopen('http://collector.example.org/')"
RUNTIME = "from retrieval.embedding import load_onnxruntime; load_onnxruntime()"


@dataclass(frozen=True)
class Place:
    """A machine of one's own: its home, and the only way out, watched."""

    home: Path
    way_out: Proxy

    @property
    def env(self) -> dict[str, str]:
        """All that a process sees; nothing by which a library would know that this is a test."""
        told = {"PATH": os.defpath, "HOME": str(self.home), "TMPDIR": str(self.home)}
        return told | self.way_out.variables

    def run(self, *typed: object, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(word) for word in typed],
            env=self.env | more,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def started(self, *typed: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            typed, env=self.env, cwd=self.home, stderr=subprocess.PIPE, text=True
        )

    def require_nothing_left(self) -> None:
        assert self.way_out.asked == []
        files = {path.relative_to(self.home) for path in self.home.rglob("*") if path.is_file()}
        strangers = {str(path) for path in files if "verdict-desk" not in path.parts}
        assert strangers == set()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Place]:
    (tmp_path / "home").mkdir()
    with proxy() as way_out:
        yield Place(tmp_path / "home", way_out)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """With a library where the product itself puts it; no test changes it."""
    notes = tmp_path_factory.mktemp("notes")
    note(notes, "bridge", "The council closed the old bridge, which was built in 1911. " * 40)
    with proxy() as way_out:
        place = Place(tmp_path_factory.mktemp("home"), way_out)
        added = place.run(VERDICT, "library", "add", notes, "--vetted-by", "Ada Reed")
        assert added.returncode == 0, added.stderr
        assert list(place.home.rglob("library.sqlite3"))
        yield place


@pytest.fixture
def own(filled: Place, empty: Place) -> Place:
    shutil.copytree(filled.home, empty.home, dirs_exist_ok=True)
    return empty


def test_a_process_that_does_reach_out_is_seen(empty: Place) -> None:
    assert empty.run(sys.executable, "-c", FETCH).returncode == 1
    assert empty.way_out.asked == ["GET http://collector.example.org/ HTTP/1.1"]
    with pytest.raises(AssertionError, match="collector"):
        empty.require_nothing_left()


def test_a_file_that_somebody_else_leaves_is_seen(empty: Place) -> None:
    (empty.home / ".cache" / "maker").mkdir(parents=True)
    (empty.home / ".cache" / "maker" / "deviceid").touch()
    with pytest.raises(AssertionError, match="deviceid"):
        empty.require_nothing_left()


@pytest.mark.parametrize("said", ["0", "", "false"])
def test_the_runtime_stays_silent_where_the_environment_lets_it_speak(
    empty: Place, said: str
) -> None:
    done = empty.run(sys.executable, "-c", RUNTIME, ORT_DISABLE_TELEMETRY=said)
    assert done.returncode == 0, done.stderr
    empty.require_nothing_left()


def test_an_index_at_a_server_is_not_traced_where_the_environment_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CHROMA_OTEL_GRANULARITY", "all")
    monkeypatch.setenv("ANONYMIZED_TELEMETRY", "true")
    told = _settings()
    assert (told.chroma_otel_granularity, told.anonymized_telemetry) == ("none", False)


def test_a_library_is_filled_in_silence(filled: Place) -> None:
    filled.require_nothing_left()


@pytest.mark.parametrize("command", ["ask", "draft"])
def test_a_question_is_answered_in_silence(own: Place, command: str) -> None:
    done = own.run(VERDICT, command, QUESTION)
    assert done.returncode == 0, done.stderr
    own.require_nothing_left()


def test_a_worker_drafts_in_silence(own: Place, tmp_path: Path) -> None:
    claims = tmp_path / "claims.jsonl"
    claims.write_text(json.dumps({"id": "cops", "question": QUESTION}), "utf-8")
    with own.started(VERDICT, "worker") as worker:
        try:
            drafts = tmp_path / "drafts"
            done = own.run(VERDICT, "batch", claims, "--out", drafts, "--workers", 0)
            assert done.returncode == 0, done.stderr
            with pytest.raises(subprocess.TimeoutExpired):
                worker.wait(SECONDS)
        finally:
            worker.terminate()
            _, said = worker.communicate(timeout=60)
    assert "drafted" in said
    own.require_nothing_left()


def test_an_assistant_is_served_in_silence(own: Place) -> None:
    mcp = pytest.importorskip("mcp", reason="the extra `mcp` is not installed")
    server = mcp.StdioServerParameters(command=VERDICT, args=["mcp"], cwd=own.home, env=own.env)

    async def check() -> bool:
        async with mcp.Client(server) as client:
            asking = client.call_tool("check_claim", {"claim": QUESTION})
            result = await asyncio.wait_for(asking, 60)
            await asyncio.sleep(SECONDS)
            return bool(result.is_error)

    assert not asyncio.run(check())
    own.require_nothing_left()
