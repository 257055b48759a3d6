"""The answer to `write.md`."""

from prompts.base import Answer


class Written(Answer):
    """A sentence and the passages that carry it together."""

    text: str
    passages: list[str]


class WrittenSection(Answer):
    heading: str
    passages: list[str]
    """Those that carry the heading."""
    sentences: list[Written]


class WriteAnswer(Answer):
    summary: list[Written]
    sections: list[WrittenSection]
    limits: list[Written]
    bottom_line: list[Written]
    absent: list[str]
    """Positive statements that no passage makes; each is searched for."""
    follow_ups: list[str]
