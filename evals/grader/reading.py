"""Stretches of text with what is compared of them, each read once."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from evals.grader.text import STOP, plain, sentences, stem, tokens

WINDOW: Final = 2
"""Sentences of a window."""
GRAM: Final = 4
"""Letters of a group."""


@dataclass(frozen=True)
class Text:
    """A stretch of text, read once."""

    text: str

    @cached_property
    def written(self) -> list[str]:
        return tokens(self.text)

    @cached_property
    def plain(self) -> list[str]:
        return [plain(word) for word in self.written]

    @cached_property
    def stems(self) -> list[str]:
        return [stem(word) for word in self.plain]

    @cached_property
    def content(self) -> list[str]:
        pairs = zip(self.plain, self.stems, strict=True)
        return [s for word, s in pairs if word not in STOP]

    @cached_property
    def known(self) -> frozenset[str]:
        return frozenset(self.stems)

    @cached_property
    def bigrams(self) -> frozenset[tuple[str, str]]:
        return frozenset(zip(self.content, self.content[1:], strict=False))

    @cached_property
    def grams(self) -> frozenset[str]:
        flat = " ".join(self.plain)
        return frozenset(flat[i : i + GRAM] for i in range(len(flat) - GRAM + 1))

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(word for word in self.plain if word[0].isdigit())

    @cached_property
    def names(self) -> frozenset[str]:
        """Stems of capitalised words, but for the first of a sentence that may be any word."""
        rest = zip(self.written[1:], self.plain[1:], strict=True)
        return frozenset(stem(p) for w, p in rest if w[0].isupper() and p not in STOP)


@lru_cache(maxsize=4_000)
def read(text: str) -> Text:
    return Text(text)


@lru_cache(maxsize=1_000)
def pieces(evidence: str) -> tuple[Text, ...]:
    return tuple(read(text) for text in sentences(evidence))


@lru_cache(maxsize=1_000)
def windows(evidence: str) -> tuple[Text, ...]:
    """Every run of `WINDOW` sentences; all of them where there are fewer."""
    found = [s.text for s in pieces(evidence)]
    starts = range(max(1, len(found) - WINDOW + 1))
    return tuple(read(" ".join(found[i : i + WINDOW])) for i in starts)
