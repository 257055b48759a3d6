"""A language model judges meaning; exact checks in code keep their veto.

The model sees a sentence, the sentence before it and the whole passages it cites, never the rest of
what the writer wrote. It may raise what the embedded judge rejects and lower what that accepts, but
only with words: each part of a sentence counts as carried where the words that the model copied for
it stand in a cited passage.
"""

from collections.abc import Iterator, Mapping, Sequence
from secrets import token_hex
from typing import Final

from simplemma import is_known

from agent.checks import CHECKS, EXACT
from agent.checks.evidence_text import EvidenceText
from agent.checks.names import check_presence
from agent.language.names import names
from agent.language.text import content, tokens
from agent.llm import budget
from agent.llm.context import encoded, holds_words, marker
from agent.llm.errors import ChatError
from agent.ports import Chat, Judge
from agent.types import (
    CheckName,
    CheckResult,
    ClaimEvidence,
    EvidenceSpan,
    Outcome,
    QuotedWords,
    Support,
    Verification,
)
from prompts import load
from prompts.judge import JudgeAnswer, Ruling

BATCH: Final = 24
"""Sentences of one call."""
SHOWN: Final = 200
"""Characters of the model's reason that are kept."""
FACTS: Final = EXACT - {CheckName.NEGATION, CheckName.ROLES}
"""Checks whose violation the model cannot outweigh; what is meaning, it decides."""
REPORTING: Final = frozenset(
    content("report reported says said wrote published according article statement found checked")
)
SURE: Final = 0.97
"""Score of the embedded judge from which, or from 1 minus which down, it disagrees strongly."""


class ModelJudge:
    """The model over the embedded judge, which decides wherever the model fails."""

    def __init__(self, chat: Chat, embedded: Judge) -> None:
        """Ask the model behind `chat`; `embedded` reads everything too."""
        self._chat, self._embedded = chat, embedded

    @property
    def name(self) -> str:
        return f"model ({fingerprint()}) over {self._embedded.name}"

    @property
    def threshold(self) -> float:
        return self._embedded.threshold

    def verify(self, pairs: Sequence[ClaimEvidence]) -> list[Verification]:
        """Verify each pair, in order: one call of the model for every `BATCH` pairs.

        Raises:
            ChatError: of a kind that a person must mend, such as a refused key.
        """
        read = self._embedded.verify(pairs)
        rulings: dict[int, Ruling] = {}
        for first in range(0, len(pairs), BATCH):
            numbers = range(first, min(first + BATCH, len(pairs)))
            try:
                rulings |= ask_rulings(self._chat, {n: pairs[n] for n in numbers})
            except ChatError as error:
                budget.excuse(error, "The embedded judge decided in the model's place.")
                break
        return [
            self._decided(pair, embedded, rulings.get(n))
            for n, (pair, embedded) in enumerate(zip(pairs, read, strict=True))
        ]

    def _decided(
        self, pair: ClaimEvidence, embedded: Verification, ruling: Ruling | None
    ) -> Verification:
        if ruling is None:
            check = _said(Outcome.UNKNOWN, "the model gave no ruling; the embedded judge decided")
            return Verification(**{**dict(embedded), "checks": (*embedded.checks, check)})
        quotes, unfound = _found(ruling, pair)
        support, reasons = _carried(ruling, pair, quotes, unfound)
        checks = tuple(_exact_checks(_counting(pair, quotes)))
        exact = [c for c in checks if c.outcome is Outcome.VIOLATED]
        if exact and support is Support.SUPPORTED:
            support = Support.UNSUPPORTED
        reasons = [*(c.detail for c in exact if c.detail), *reasons]
        disagrees = _disagrees(embedded, support)
        outcome = Outcome.UNKNOWN if disagrees else _outcome(support)
        kept = [c for c in embedded.checks if c.name not in FACTS]
        return Verification(
            support=support,
            score=embedded.score,
            reason="; ".join(reasons) or "the cited passages say every part of it",
            checks=(*kept, *checks, _said(outcome, disagrees or "; ".join(reasons))),
            verifier=self.name,
            quotes=quotes,
        )


def ask_rulings(chat: Chat, pairs: Mapping[int, ClaimEvidence]) -> dict[int, Ruling]:
    """Ask once whether the passages of each numbered pair carry its claim.

    The words in the answer stand under the position of the evidence in its pair ("0", "1").

    Raises:
        ChatError: the model failed or answered in another form.
    """
    names: dict[tuple[str, str, str], str] = {}
    for pair in pairs.values():
        for span in pair.evidence:
            names.setdefault(_key(span), f"p{len(names) + 1}")
    passages = "\n".join(_passage(name, key, pairs) for key, name in names.items())
    sentences = "\n".join(_sentence(n, pair, names) for n, pair in pairs.items())
    request = load("judge").request(
        marker=marker(token_hex, passages, sentences), passages=passages, sentences=sentences
    )
    answer = chat.ask(request, JudgeAnswer)
    return {
        r.number: _numbered(r, pairs[r.number], names) for r in answer.rulings if r.number in pairs
    }


def fingerprint() -> str:
    """Of what a model is asked: with another prompt it is another judge."""
    return load("judge").fingerprint


def _key(span: EvidenceSpan) -> tuple[str, str, str]:
    """What tells a passage from others."""
    published = span.published.isoformat() if span.published else ""
    return span.passage or span.text, span.publisher or "", published


def _passage(name: str, key: tuple[str, str, str], pairs: Mapping[int, ClaimEvidence]) -> str:
    span = next(s for pair in pairs.values() for s in pair.evidence if _key(s) == key)
    return encoded(
        {
            "id": name,
            "publisher": span.publisher or "unnamed",
            "published": key[2] or None,
            "title": span.title,
            "text": key[0],
        }
    )


def _sentence(number: int, pair: ClaimEvidence, names: Mapping[tuple[str, str, str], str]) -> str:
    passages = list(dict.fromkeys(names[_key(span)] for span in pair.evidence))
    record: dict[str, object] = {"number": number, "text": pair.claim, "passages": passages}
    if pair.context:
        record["before"] = pair.context
    return encoded(record)


def _numbered(
    ruling: Ruling, pair: ClaimEvidence, names: Mapping[tuple[str, str, str], str]
) -> Ruling:
    """The ruling with the positions of evidence in place of the names of passages."""
    places = {names[_key(span)]: str(n) for n, span in reversed(list(enumerate(pair.evidence)))}
    parts = [
        {
            "part": part.part,
            "quotes": [
                {"passage": places.get(q.passage, ""), "words": q.words} for q in part.quotes
            ],
        }
        for part in ruling.parts
    ]
    return Ruling.model_validate({**ruling.model_dump(), "parts": parts})


def _found(ruling: Ruling, pair: ClaimEvidence) -> tuple[tuple[QuotedWords, ...], list[str]]:
    """The words that stand where the model says, and the parts that are left without any.

    A publisher, date or title may carry a part as well: what stands in the record of a passage.
    """
    quotes: list[QuotedWords] = []
    unfound: list[str] = []
    for part in ruling.parts:
        held = [n for n in (_place(q.passage, q.words, pair) for q in part.quotes) if n is not None]
        quotes += held
        record = any(_of_record(q.passage, q.words, pair) for q in part.quotes)
        if not held and not record and not _told_by_record(part.part, pair):
            unfound.append(part.part)
    return tuple(dict.fromkeys(quotes)), unfound


def _place(number: str, words: str, pair: ClaimEvidence) -> QuotedWords | None:
    if not number.isdigit():
        return None
    span = pair.evidence[int(number)]
    text = span.passage or span.text
    return QuotedWords(evidence=int(number), words=words) if holds_words(words, text) else None


def _of_record(number: str, words: str, pair: ClaimEvidence) -> bool:
    """Whether words stand in the title or the publisher of a passage."""
    return number.isdigit() and holds_words(words, _credits(pair.evidence[int(number)]))


def _told_by_record(part: str, pair: ClaimEvidence) -> bool:
    """Whether a part only names who published it, when, and under which title."""
    known = {word for span in pair.evidence for word in content(_credits(span))} | REPORTING
    words = set(content(part))
    return bool(words - REPORTING) and len(words - known) <= len(words) / 3


def _credits(span: EvidenceSpan) -> str:
    """Publisher, title and date as a sentence would give them."""
    when = (
        f"{span.published:%B} {span.published.day} {span.published.year}" if span.published else ""
    )
    return f"{span.publisher or ''} {span.title or ''} {when}"


def _carried(
    ruling: Ruling, pair: ClaimEvidence, quotes: Sequence[QuotedWords], unfound: Sequence[str]
) -> tuple[Support, list[str]]:
    """The model's support as far as the words that it copied go."""
    support = Support(ruling.support)
    reasons = [" ".join(ruling.missing.split())[:SHOWN]] if ruling.missing.strip() else []
    if support is not Support.SUPPORTED:
        return support, reasons or ["the cited passages do not carry all of it"]
    if not quotes:
        return Support.UNSUPPORTED, ["no words of the cited passages were named for it"]
    if unfound:
        part = " ".join(unfound[0].split())[:SHOWN]
        return Support.PARTIAL, [f'no words of the cited passages were found for "{part}"']
    words = set(content(f"{pair.claim}"))
    named = {w for s in pair.evidence for w in content(f"{s.publisher or ''}")}
    said = {w for q in quotes for w in content(q.words)} | named
    if words and not words & said:  # whatever the model was made to say
        return Support.UNSUPPORTED, ["the words that were named for it speak of something else"]
    return support, []


def _counting(pair: ClaimEvidence, quotes: Sequence[QuotedWords]) -> ClaimEvidence:
    """The pair without what was only offered and carries nothing."""
    quoted = {q.evidence for q in quotes}
    kept = [s for n, s in enumerate(pair.evidence) if not s.offered or n in quoted]
    return ClaimEvidence(**{**dict(pair), "evidence": tuple(kept)})


def _exact_checks(pair: ClaimEvidence) -> Iterator[CheckResult]:
    """The exact checks over the whole passages with their titles."""
    evidence = EvidenceText([_whole(span) for span in pair.evidence])
    for name in sorted(FACTS):
        check = check_presence if name is CheckName.NAMES else CHECKS[name]
        found = check(pair.claim, evidence)
        opener = _strange_opener(pair) if name is CheckName.NAMES else None
        if opener and found.outcome is not Outcome.VIOLATED:
            detail = f'the cited text does not name "{opener}"'
            found = CheckResult(name=name, outcome=Outcome.VIOLATED, detail=detail)
        yield found


def _strange_opener(pair: ClaimEvidence) -> str | None:
    """A name that opens a sentence and is no English word and in no cited passage."""
    texts = [f"{_credits(span)} {_whole(span).text}" for span in pair.evidence]
    known = {word.replace(".", "") for text in texts for word in tokens(text)}
    for name in names(pair.claim):
        strange = [t for t in name.tokens if t not in known and not is_known(t, lang="en")]
        if name.opens and strange:
            return pair.claim[name.start : name.end]
    return None


def _whole(span: EvidenceSpan) -> EvidenceSpan:
    text = span.passage or span.text
    titled = f"{span.title.rstrip('.')}. {text}" if span.title else text
    return EvidenceSpan(**{**dict(span), "text": titled})


def _disagrees(embedded: Verification, support: Support) -> str:
    """What the embedded judge says where it says the opposite, and is sure; else nothing."""
    score = embedded.score
    if score is None:
        return ""
    if support is Support.SUPPORTED and score <= 1 - SURE:
        return "the embedded judge does not find it in the cited words"
    if support is Support.CONTRADICTED and score >= SURE:
        return "the embedded judge finds it in the cited words"
    return ""


def _outcome(support: Support) -> Outcome:
    return Outcome.OK if support is Support.SUPPORTED else Outcome.VIOLATED


def _said(outcome: Outcome, detail: str) -> CheckResult:
    return CheckResult(name=CheckName.MODEL, outcome=outcome, detail=detail)
