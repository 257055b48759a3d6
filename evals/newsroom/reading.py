"""What a sentence says of the events of a world, recognised by slots; no model is asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from evals.newsroom import frames
from evals.newsroom.facts import Fact, Saying
from evals.newsroom.relations import RELATIONS, core, pattern
from evals.newsroom.world import World, alternatives

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
DATE = rf"(?:{MONTHS})\s+\d{{1,2}},\s+\d{{4}}"


@dataclass(frozen=True)
class Reader:
    """Reads sentences about one world; a wording that it does not know says nothing to it."""

    world: World

    def read(self, text: str) -> frozenset[Saying]:
        """Everything that `text` says of the events of the world."""
        flat = " ".join(text.split())
        return frozenset(saying for _, saying in self._found(flat))

    def _found(self, text: str) -> Iterator[tuple[tuple[int, int], Saying]]:
        taken: list[tuple[int, int]] = []
        lowered = text.casefold()
        for words, expression, relation, holds in self._patterns:
            if words not in lowered:
                continue
            for found in expression.finditer(text):
                if any(found.start() < end and start < found.end() for start, end in taken):
                    continue
                taken.append(found.span())
                slots = {n: self._spelled(v) for n, v in found.groupdict().items() if v}
                before, after = text[: found.start()], text[found.end() :]
                yield (
                    found.span(),
                    Saying(
                        Fact.of(relation, **slots),
                        holds != frames.flips(before, after),
                        frames.speaker(before, after, alternatives(self.world.persons)),
                    ),
                )

    @cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str], str, bool]]:
        """Denials first: "did not sue" is no way to say "sued", but "was not" may hold "was"."""
        names = alternatives(self.world.names)
        slots = {
            "a": names,
            "b": names,
            "p": alternatives(self.world.persons),
            "what": alternatives(self.world.matters),
            "n": r"\d[\d,.]*\d|\d",
            "when": DATE,
        }
        return [
            (core(wording), pattern(wording, slots), relation.name, holds)
            for holds in (False, True)
            for relation in RELATIONS.values()
            for wording in (relation.says if holds else relation.denies)
        ]

    def _spelled(self, value: str) -> str:
        """The value as the world spells it, whatever its capitals."""
        return self._spelling.get(value.casefold(), value)

    @cached_property
    def _spelling(self) -> dict[str, str]:
        known = (*self.world.names, *self.world.persons, *self.world.matters)
        return {name.casefold(): name for name in known}
