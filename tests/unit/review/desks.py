"""A desk of fakes over a small library that changes, and a page on it to review."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256

from agent.review.checking import Tools
from agent.review.desk import ReviewDesk
from agent.statements import RecordStatements
from agent.types import (
    CheckedSection,
    CheckedSentence,
    CheckName,
    CheckResult,
    Citation,
    Claim,
    Conclusion,
    Draft,
    Evidence,
    Kind,
    Outcome,
    Page,
    Plan,
    Question,
    RejectedSentence,
    Sentence,
    SourceStance,
    Stance,
    Support,
    Verdict,
    Verification,
)
from agent.verdict import verdict_on
from agent.writers.conclusion import BOTTOM_LINE, LIMITS
from retrieval.types import Hit, Passage, Source
from tests.fakes import FakeShelf, WordVerifier, passages, source

TEXTS = {
    "council": (
        "The council closed four streets to cars in May.",
        "The council vote on closing streets was split. Nobody spoke against buses.",
    ),
    "survey": (
        "A survey counted fewer cars after the council closed streets.",
        "Shops near the closed streets asked for loading zones.",
    ),
    "herald": (
        "The mayor opened a bridge for bicycles in June.",
        "Buses ran late on Monday. It was hot on Tuesday. The mayor sang. A driver blamed rain.",
    ),
}
TIERS = {"council": 1, "survey": 2, "herald": 2}


class Shelf(FakeShelf):
    """Sources of paragraphs that can be replaced and taken away."""

    def __init__(self) -> None:
        super().__init__([])
        for name, texts in TEXTS.items():
            self.put(name, *texts)

    def put(self, name: str, *texts: str, **fields: object) -> None:
        self.remove(name)
        digest = sha256("\n\n".join(texts).encode()).hexdigest()
        known: dict[str, object] = {"tier": TIERS.get(name, 2), "sha256": digest}
        self._held += passages(source(name, **(known | fields)), *texts)

    def remove(self, name: str) -> None:
        self._held = [p for p in self._held if p.source.id != name]

    def passage(self, passage_id: str) -> Passage | None:
        return next((p for p in self._held if p.id == passage_id), None)

    def sources(self) -> list[Source]:
        return list({p.source.id: p.source for p in self._held}.values())


@dataclass
class ScriptedWriter:
    """Drafts and revises what it was given."""

    drafted: Draft = Draft(sections=())  # noqa: RUF009  (frozen)
    better: Callable[[Sentence], Sentence | None] = lambda _: None
    name: str = "scripted"
    rounds: int = 1

    def draft(self, plan: Plan, evidence: Evidence, verdict: Verdict) -> Draft:
        return self.drafted

    def conclude(
        self,
        plan: Plan,
        evidence: Evidence,
        body: Sequence[CheckedSection],
        record: RecordStatements,
    ) -> Conclusion:
        raise AssertionError("nobody asks for it")

    def revise(
        self, rejected: Sequence[tuple[Sentence, Verification]], evidence: Evidence
    ) -> list[Sentence | None]:
        return [self.better(sentence) for sentence, _ in rejected]


@dataclass
class WordStances:
    """A source says it where a sentence of it has `said`, and denies it where one has `denied`."""

    said: str = "closed four streets"
    denied: str = "did not close"
    asked: list[set[str]] = field(default_factory=list)

    def read(self, claim: Claim, passages: Sequence[Passage]) -> tuple[SourceStance, ...]:
        self.asked.append({p.source.id for p in passages})
        found: dict[str, SourceStance] = {}
        for p in passages:
            known = found.setdefault(
                p.source.id, SourceStance(source=p.source.id, stance=Stance.NEITHER)
            )
            for words, side in ((self.said, Stance.FOR), (self.denied, Stance.AGAINST)):
                if words in p.text and not known.takes_a_side:
                    cited = Citation.of(p, 0, len(p.text))
                    found[p.source.id] = SourceStance(
                        source=p.source.id, stance=side, words=(cited,)
                    )
        return tuple(found.values())


@dataclass
class Bench:
    """What a test needs: the library, the writer, the tools over them."""

    shelf: Shelf = field(default_factory=Shelf)
    writer: ScriptedWriter = field(default_factory=ScriptedWriter)
    stances: WordStances = field(default_factory=WordStances)

    @property
    def tools(self) -> Tools:
        return Tools(
            library=self.shelf, writer=self.writer, judge=WordVerifier(), stances=self.stances
        )

    def open(self, url: str) -> ReviewDesk:
        clock = iter(range(10**9))
        first = datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp()
        return ReviewDesk(url, self.tools, lambda: datetime.fromtimestamp(first + next(clock), UTC))

    def cite(self, name: str, n: int = 0) -> Citation:
        passage = self.shelf.passages(name)[n]
        return Citation.of(passage, 0, len(passage.text))

    def passage(self, name: str, n: int = 0) -> str:
        return self.shelf.passages(name)[n].id


def stands(text: str, *cited: Citation, kind: Kind = Kind.FINDING) -> CheckedSentence:
    ruling = Verification(
        support=Support.SUPPORTED, score=0.9, reason="for a test", verifier="test/1"
    )
    if kind is Kind.INFERENCE:
        told = "recomputed from the cited sources"
        check = CheckResult(name=CheckName.LEDGER, outcome=Outcome.OK, detail=told)
        reason = "it follows from the ledger"
        ruling = Verification(support=Support.SUPPORTED, score=1.0, reason=reason, checks=(check,))
    return CheckedSentence(text=text, kind=kind, citations=cited, ruling=ruling)


def falls(text: str, *cited: Citation) -> CheckedSentence:
    ruling = Verification(support=Support.UNSUPPORTED, reason="for a test")
    return CheckedSentence(text=text, kind=Kind.FINDING, citations=cited, ruling=ruling)


QUESTION = Question(text="Did the council close streets to cars?", asked_on=date(2026, 6, 30))
CLAIM = Claim(
    text="The council closed streets to cars", opposite="The council did not close streets to cars"
)


def page_on(bench: Bench, question: Question = QUESTION) -> Page:
    """s1 answer, s2 | s3 s4 | s5 s6 | s7 record, s8 tiers | s9 bottom line, s10 | fallen s11."""
    held = [p for name in ("council", "survey") for p in bench.shelf.passages(name)]
    hits = tuple(Hit(passage=p, score=0.5, lexical=0.5, dense=0.5) for p in held)
    stances = WordStances().read(CLAIM, held)
    scope = bench.shelf.scope()
    evidence = Evidence(hits=hits, scope=scope, queries=("council streets",), stances=stances)
    verdict = verdict_on(CLAIM, evidence)
    one, two = bench.cite("council"), bench.cite("council", 1)
    three, four = bench.cite("survey"), bench.cite("survey", 1)
    body = (
        CheckedSection(
            heading="What the council decided",
            sentences=(
                stands("The council closed four streets to cars.", one),
                stands("The vote on closing streets was split.", two),
            ),
        ),
        CheckedSection(
            heading="What came of it",
            sentences=(
                stands("A survey counted fewer cars after that.", three),
                stands("Shops asked for loading zones.", four),
            ),
        ),
    )
    record = RecordStatements.of(CLAIM, evidence, body, verdict)
    inference = Kind.INFERENCE
    return Page(
        question=question,
        claim=CLAIM,
        verdict=verdict,
        summary=(
            stands(record.answer(), *record.deciding(), kind=inference),
            stands("The council closed four streets to cars.", one),
        ),
        sections=(
            *body,
            CheckedSection(
                heading=LIMITS,
                sentences=(
                    stands(record.record(), one, three, kind=inference),
                    stands(record.tiers(), one, three, kind=inference),
                ),
            ),
            CheckedSection(
                heading=BOTTOM_LINE,
                sentences=(
                    stands(record.bottom_line(), *record.deciding(), kind=inference),
                    stands("What to watch next is the council vote.", two, kind=Kind.OUTLOOK),
                ),
            ),
        ),
        follow_ups=("When will the council vote again?",),
        fallen=(
            RejectedSentence(
                sentence=falls("Nine streets were closed to trams.", three),
                place="What came of it",
                nearest=three,
                tried=("Trams were closed.",),
            ),
        ),
        evidence=evidence,
        timings={"plan": 0.1},
    )
