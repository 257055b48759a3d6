"""A PostgreSQL server on this machine for one test: Debian's, where it is installed."""

import os
import pwd
import shutil
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


def without_library(url: str) -> None:
    """Take the library that a database holds out of it."""
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA IF EXISTS verdict_library CASCADE"))
    engine.dispose()


@contextmanager
def served() -> Iterator[str]:
    """The address of an empty database, served until the block ends."""
    programs = found()
    assert programs
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="verdict-postgres-"))
    user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    if os.getuid() == 0:
        shutil.chown(folder, user)
    data = folder / "data"

    def run(*command: object) -> None:
        words = [str(word) for word in command]
        words = [str(RUNUSER), "-u", user, "--", *words] if os.getuid() == 0 else words
        subprocess.run(words, check=True, cwd=folder, stdout=subprocess.DEVNULL)

    run(programs / "initdb", "-D", data, "-A", "trust", "-U", "verdict")
    options = f"-h 127.0.0.1 -p {port} -k {folder} -c max_connections=300"
    run(programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    try:
        run(programs / "createdb", "-h", "127.0.0.1", "-p", port, "-U", "verdict", "jobs")
        yield f"postgresql://verdict@127.0.0.1:{port}/jobs"
    finally:
        run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)
