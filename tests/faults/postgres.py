"""A PostgreSQL server on this machine for one test: Debian's, where it is installed."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

WAYS = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
RUNUSER = shutil.which("runuser", path=WAYS)
"""PostgreSQL refuses to run as root; this gives the rights away."""

PROGRAMS = "POSTGRES_PROGRAMS"
"""Names the folder of the programs of another server, for example one that has pgvector."""


def found() -> Path | None:
    """The folder of the server's programs, where it can be run."""
    if os.getuid() == 0 and RUNUSER is None:
        return None
    if chosen := os.environ.get(PROGRAMS):
        return Path(chosen)
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    named = [installed[-1]] if installed else [Path(p) for p in [shutil.which("initdb")] if p]
    return named[0].parent if named else None


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    """Connected to a database until the block ends; what it wrote is kept then."""
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def without_library(url: str) -> None:
    """Take the library that a database holds out of it."""
    with connected(url) as connection:
        connection.execute(sa.text("DROP SCHEMA IF EXISTS verdict_library CASCADE"))


class Server:
    """A server of an empty database, that can be stopped, killed and started again.

    Args:
        folder: Where its data will be; the folder must exist and be empty.
        options: More of its own settings, as `name=value`.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        programs = found()
        assert programs
        self._programs, self._folder = programs, folder
        self._port = free_port()
        user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        self._as_user = [str(RUNUSER), "-u", user, "--"] if os.getuid() == 0 else []
        if os.getuid() == 0:
            shutil.chown(folder, user)
        self._data = folder / "data"
        wanted = ("max_connections=300", *options)
        self._options = f"-h 127.0.0.1 -p {self._port} -k {folder} " + " ".join(
            f"-c {option}" for option in wanted
        )
        self.url = f"postgresql://verdict@127.0.0.1:{self._port}/jobs"
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", "verdict")

    def create(self) -> None:
        """Make the empty database, once, while the server runs."""
        self._run("createdb", "-h", "127.0.0.1", "-p", self._port, "-U", "verdict", "jobs")

    def start(self) -> bool:
        """Whether it runs now."""
        at = ("-D", self._data, "-w", "-l", self._folder / "log", "-o", self._options)
        return self._run("pg_ctl", *at, "start", check=False) == 0

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", self._data, "-m", mode, "stop", check=False)

    def kill(self) -> None:
        """End its first process as a power cut would."""
        os.kill(int((self._data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def runs(self) -> bool:
        return self._run("pg_ctl", "-D", self._data, "status", check=False) == 0

    def _run(self, program: str, *words: object, check: bool = True) -> int:
        typed = [*self._as_user, str(self._programs / program), *map(str, words)]
        quiet = subprocess.DEVNULL
        return subprocess.run(
            typed, check=check, cwd=self._folder, stdout=quiet, stderr=None if check else quiet
        ).returncode


@contextmanager
def served() -> Iterator[str]:
    """The address of an empty database, served until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="verdict-postgres-"))
    server = Server(folder)
    assert server.start()
    try:
        server.create()
        yield server.url
    finally:
        server.stop()
        shutil.rmtree(folder)
