"""The suite's secrets: wherever a test uses one, it may stand in nothing that is written or said.

A plugin of pytest: it looks at what every test printed and logged, and at the end of the session at
every file that the tests left in their folders.
"""

import mmap
from pathlib import Path
from typing import Final

import pytest

PASSWORD: Final = "a long enough secret"  # noqa: S105
"""Of every account of the desk."""
SIGNING_SECRET: Final = "canary-signing-1f7c3b"  # noqa: S105
"""What the tests' Slack signs with."""
API_KEY: Final = "sk-canary-4b81d7e2"
"""Of every endpoint that asks for a key."""
DATABASE_WORD: Final = "canary-database-93a5"
SLACK_TOKENS: Final = ("xoxb-canary-5d20", "xapp-canary-8e61")
SECRETS: Final = (PASSWORD, SIGNING_SECRET, API_KEY, DATABASE_WORD, *SLACK_TOKENS)
MAY_HOLD: Final = "may-hold-secrets"
"""A folder of this name is a person's own: there, a test writes a secret on purpose."""


def found_in(text: str) -> list[str]:
    """The secrets that a text holds."""
    return [word for word in SECRETS if word in text]


def files_with_secrets(folder: Path) -> list[str]:
    """Every file below a folder that holds a secret, with each that it holds."""
    found = []
    for path in folder.rglob("*"):
        own = MAY_HOLD in path.parts or path.is_symlink()
        if own or not path.is_file() or not path.stat().st_size:
            continue
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
            found += [f"{path}: {word}" for word in SECRETS if held.find(word.encode()) >= 0]
    return found


class Canaries:
    """Fails the session where a secret got out; registered in `tests/conftest.py`."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.passed:
            told = "".join(text for _, text in report.sections)
            self.said += [f"{report.nodeid} printed {word}" for word in found_in(told)]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        factory = getattr(session.config, "_tmp_path_factory", None)
        base = getattr(factory, "_basetemp", None)
        self.said += files_with_secrets(base) if base and base.is_dir() else []
        if self.said:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.said:
            terminalreporter.section("secrets that got out")
            terminalreporter.write_line("\n".join(self.said[:40]))
