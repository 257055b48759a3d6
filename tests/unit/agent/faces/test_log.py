"""What a server writes of what goes wrong: each kind of warning now and then, every error."""

import logging

from agent.faces.terminal import KINDS, QUIET_SECONDS, Sparing


class Log:
    """A logger behind the filter, on a clock of its own."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.written: list[str] = []
        self._filter = Sparing(lambda: self.now)

    def say(self, text: str, *args: object, level: int = logging.WARNING, by: str = "a") -> None:
        record = logging.LogRecord(by, level, "", 0, text, args, None)
        if self._filter.filter(record):
            self.written.append(record.getMessage())


def test_a_warning_that_repeats_is_written_once_a_minute_with_how_often_it_came() -> None:
    log = Log()
    for n in range(5_000):
        log.say("Slack cannot take an answer now (%s); again in %.0f s.", "ratelimited", n)
        log.now += 0.01
    assert log.written == ["Slack cannot take an answer now (ratelimited); again in 0 s."]
    log.now += QUIET_SECONDS
    log.say("Slack cannot take an answer now (%s); again in %.0f s.", "100 %", 7)
    assert log.written[1:] == [
        "Slack cannot take an answer now (100 %); again in 7 s. (4,999 more of this kind before)"
    ]


def test_warnings_of_other_kinds_and_parts_do_not_wait_for_it() -> None:
    log = Log()
    for text, by in (("one", "a"), ("two", "a"), ("one", "b"), ("one", "a")):
        log.say(text, by=by)
    assert log.written == ["one", "two", "one"]


def test_every_error_is_written() -> None:
    log = Log()
    for n in range(3):
        log.say("request %s failed", n, level=logging.ERROR)
    assert log.written == ["request 0 failed", "request 1 failed", "request 2 failed"]


def test_only_so_many_kinds_are_remembered() -> None:
    log = Log()
    for n in range(2 * KINDS):
        log.say(f"kind {n}")
    assert len(log.written) == 2 * KINDS
    assert len(log._filter._seen) == KINDS
