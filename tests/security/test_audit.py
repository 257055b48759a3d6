"""The audit of the lock files fails for a known vulnerability and for nothing else."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FINDS = 'echo "jinja2 2.10 PYSEC-1" > "$out"; exit 1'
FINDS_NOTHING = "exit 0"
NOBODY = "echo 'ConnectionError: nobody answers' >&2; exit 1"
AUDITOR = """#!/bin/sh
while [ $# -gt 0 ]; do
  case "$1" in --requirement) file=$2 ;; --output) out=$2 ;; esac
  shift
done
case "$file" in *known.lock) {known} ;; *) {lock} ;; esac
"""


@pytest.mark.parametrize(
    ("known", "lock", "status", "said"),
    [
        (FINDS, FINDS_NOTHING, 0, "audited: a.lock, no known vulnerability"),
        (FINDS, FINDS, 1, "jinja2 2.10 PYSEC-1"),
        (FINDS, NOBODY, 0, "not audited: a.lock: ConnectionError: nobody answers"),
        (NOBODY, FINDS, 0, "not audited: ConnectionError: nobody answers"),
        (FINDS_NOTHING, FINDS_NOTHING, 0, "not audited: the package index that answers here knows"),
    ],
    ids=["clean", "vulnerable", "offline", "offline at once", "a mirror that knows nothing"],
)
def test_it_fails_for_a_known_vulnerability_alone(
    tmp_path: Path, known: str, lock: str, status: int, said: str
) -> None:
    auditor = tmp_path / "auditor"
    auditor.write_text(AUDITOR.format(known=known, lock=lock), "utf-8")
    auditor.chmod(0o700)
    done = subprocess.run(
        [ROOT / ".ci" / "audit", "a.lock"],
        env={**os.environ, "PIP_AUDIT": str(auditor)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert said in done.stdout
