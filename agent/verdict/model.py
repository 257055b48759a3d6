"""A language model reads the stance of each source from its whole text; code checks its words."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from secrets import token_hex
from typing import Final

from agent.language.orders import gives_orders, without_orders
from agent.llm import budget
from agent.llm.context import encoded, find_words, marker
from agent.llm.errors import ChatError
from agent.ports import Chat, StanceReader
from agent.types import Citation, Claim, SourceStance, Stance
from agent.verdict.stance import OPPOSITE
from prompts import load
from prompts.stance import Reading, StanceAnswer
from retrieval import tokens
from retrieval.types import Passage

ROOM: Final = 12_000
"""Tokens of sources in one call; what goes beyond is read by the embedded reader."""
HOLDER: Final = 80
"""Characters of a holder's name."""


class ModelStances:
    """The model's reading, beside the embedded one, which stands wherever the model fails.

    Where the two are opposite, a source is marked as disputed: it is shown and counts for nobody.
    """

    def __init__(
        self, chat: Chat, embedded: StanceReader, model: str | None = None, room: int = ROOM
    ) -> None:
        """Ask the model behind `chat`; tokens are counted for `model`, up to `room` of them."""
        self._chat, self._embedded, self._model = chat, embedded, model
        self._room = min(room, ROOM)

    def read(self, claim: Claim, passages: Sequence[Passage]) -> tuple[SourceStance, ...]:
        """Read what each source of `passages` says of the claim; nothing for an open question.

        Raises:
            ChatError: of a kind that a person must mend, such as a refused key.
            EmbeddingFailed: the embedded judge cannot be read or run.
        """
        embedded = self._embedded.read(claim, passages)
        if not claim.gets_verdict or not passages:
            return embedded
        texts = _texts(passages)
        shown = self._fitting(texts)
        try:
            readings = self._ask(claim, shown)
        except ChatError as error:
            budget.excuse(error, "The stances of the sources were read without the model.")
            return embedded
        found = [
            _stance(stance, readings[stance.source], texts[stance.source])
            if stance.source in readings
            else stance
            for stance in embedded
        ]
        for stance in (s for s in found if s.disputed):
            publisher = texts[stance.source][0].source.publisher
            budget.current().note(
                f"Two readings of what {publisher} says of the claim are opposite: its words are "
                "shown and counted for neither side."
            )
        return tuple(found)

    def _fitting(self, texts: Mapping[str, Sequence[Passage]]) -> dict[str, str]:
        """Records of the sources that fit, by id; the first ones bear most on the claim."""
        left, shown = self._room, dict[str, str]()
        for source, passages in texts.items():
            record = _record(f"s{len(shown) + 1}", passages)
            left -= tokens.count(record, self._model) + 1
            if left >= 0:
                shown[source] = record
        return shown

    def _ask(self, claim: Claim, shown: Mapping[str, str]) -> dict[str, Reading]:
        records = "\n".join(shown.values())
        said, opposite = encoded({"claim": claim.text}), encoded({"opposite": claim.opposite})
        request = load("stance").request(
            marker=marker(token_hex, records, said, opposite),
            claim=said,
            opposite=opposite,
            sources=records,
        )
        answer = self._chat.ask(request, StanceAnswer)
        names = {f"s{n}": source for n, source in enumerate(shown, 1)}
        return {names[r.source]: r for r in answer.stances if r.source in names}


def _texts(passages: Sequence[Passage]) -> dict[str, list[Passage]]:
    """The passages of each source in reading order; the sources in order of their best."""
    order = {p.source.id: n for n, p in reversed(list(enumerate(passages)))}
    ordered = sorted(passages, key=lambda p: (order[p.source.id], p.start))
    return {i: list(group) for i, group in groupby(ordered, key=lambda p: p.source.id)}


def _record(name: str, passages: Sequence[Passage]) -> str:
    source = passages[0].source
    return encoded(
        {
            "source": name,
            "publisher": source.publisher,
            "published": source.published.isoformat() if source.published else None,
            "kind": source.kind,
            "title": without_orders(source.title),
            "text": "\n".join(without_orders(p.text) for p in passages),
        }
    )


def _stance(embedded: SourceStance, reading: Reading, passages: Sequence[Passage]) -> SourceStance:
    """The model's reading where its words stand in the source; without any it takes no side."""
    words = tuple(dict.fromkeys(_cited(reading.words, passages)))
    side = Stance(reading.stance)
    if side is Stance.NEITHER or not words:
        return SourceStance(source=embedded.source, stance=Stance.NEITHER)
    opposite = embedded.counts and OPPOSITE.get(side) is embedded.stance
    return SourceStance(
        source=embedded.source,
        stance=side,
        words=words,
        holder=" ".join(reading.holder.split())[:HOLDER],
        disputed=opposite and not reading.holder.strip(),
    )


def _cited(quotes: Sequence[str], passages: Sequence[Passage]) -> list[Citation]:
    found = []
    for words in quotes:
        cited = (find_words(words, passage) for passage in passages)
        first = next((c for c in cited if c), None)
        if first and not gives_orders(first.quote):
            found.append(first)
    return found
