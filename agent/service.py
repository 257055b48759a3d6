"""The whole product, top to bottom. Every face and the evaluation harness call `Desk.draft`."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from time import perf_counter

from agent.language.phrases import day
from agent.llm.budget import Account, Budget
from agent.pipeline.draft import conclude_page, draft_page
from agent.pipeline.notices import add_notices
from agent.pipeline.retrieve import retrieve_evidence, scope_of, too_thin_for_page
from agent.ports import (
    CitableStore,
    Judge,
    NliModel,
    PassageStore,
    Planner,
    StanceReader,
    Step,
    Store,
    Writer,
)
from agent.types import (
    CheckedSection,
    Claim,
    Earlier,
    Insufficient,
    Page,
    Plan,
    Question,
)
from agent.verdict import same_claim, verdict_on
from agent.verification.gate import CitationGate
from agent.writers.conclusion import BOTTOM_LINE, LIMITS
from retrieval.errors import LibraryBusy, SourceGone

LEFT_OUT = "Words that came into a source after {day} were left out (sources: {count})."
ATTEMPTS = 5
"""Times that a page is drafted whose sources are taken away meanwhile."""
SHOWN_EARLIER = 3
"""Earlier drafts of the same claim that a page names."""


@dataclass(frozen=True)
class Desk:
    """A question in, a checked page out; or the short page that says why not."""

    library: PassageStore
    planner: Planner
    writer: Writer
    judge: Judge
    nli: NliModel
    store: Store
    stances: StanceReader
    citable: Callable[[date | None], CitableStore] | None = None
    """The library without what was taken back, and as it was on a day; else as it is."""
    spare: Writer | None = None
    """Writes where too little of what the writer wrote is accepted."""
    searcher: Judge | None = None
    """Reads the whole library for a certificate of absence; by default the judge does."""
    room: int = 0
    """Tokens of evidence beyond what was ranked: the whole texts of the sources on the topic."""
    budget: Budget = field(default_factory=Budget)

    def draft(self, question: Question, on_step: Step = lambda _: None) -> Page | Insufficient:
        """Draft a fact-check.

        Args:
            question: What was asked, when, and as of which date.
            on_step: Called with the name of each step as it begins.

        Raises:
            ChatError: a language model is configured and a person must mend its settings.
            LibraryBusy: sources of it were removed or changed each time it was drafted.
        """
        with self.budget.open(on_step) as account:
            clock = _Clock(on_step)
            clock.step("plan")
            plan = self.plan(question)
            earlier = self._earlier(plan.claim)
            made = self._draft_what_stands(plan, earlier, clock, account)
            return made if isinstance(made, Page) else made.after(account.usage(), earlier)

    def plan(self, question: Question) -> Plan:
        """How a question is read and what is searched for: an editor's searches, where any."""
        plan = self.planner.plan(question)
        if not question.queries:
            return plan
        return Plan(question=question, claim=plan.claim, queries=question.queries)

    def stands(self, made: Page | Insufficient) -> bool:
        """Whether the library still has, as it was read, every source that a page may show.

        A source that was retracted or withdrawn meanwhile does not stand either.
        """
        hits = made.evidence.hits if isinstance(made, Page) else made.nearest
        checks = () if isinstance(made, Page) else made.checks  # those of a page are among the hits
        shown = (*(hit.passage.source for hit in hits), *(check.source for check in checks))
        read = {source.id: source.sha256 for source in shown}
        if any(notice.takes_back for notice in self.library.notices(list(read))):
            return False
        return self.library.digests(list(read)) == read

    def _draft_what_stands(
        self, plan: Plan, earlier: tuple[Earlier, ...], clock: "_Clock", account: Account
    ) -> Page | Insufficient:
        """Draft anew where a source was taken away meanwhile: no page shows it."""
        for _ in range(ATTEMPTS):
            with suppress(SourceGone):
                made = self._draft(plan, earlier, clock, account)
                if not self.stands(made):
                    continue
                if isinstance(made, Page):
                    self.store.keep(made)
                return made
        raise LibraryBusy(
            f"Sources of this draft were removed or changed {ATTEMPTS} times while it was made.",
            "Draft it again when the library is at rest.",
        )

    def _draft(
        self, plan: Plan, earlier: tuple[Earlier, ...], clock: "_Clock", account: Account
    ) -> Page | Insufficient:
        clock.step("search")
        as_of = plan.question.as_of
        citable = self.citable(as_of) if self.citable else None
        library = citable or self.library
        evidence = retrieve_evidence(plan, library, self.nli, self.stances, self.room)
        if citable:
            evidence = add_notices(evidence, citable)
        if as_of and citable and (changed := citable.later):
            account.note(LEFT_OUT.format(count=len(changed), day=day(as_of)))
        if isinstance(evidence, Insufficient):
            return evidence
        verdict = verdict_on(plan.claim, evidence, plan.question.as_of)
        gate = CitationGate(self.judge, library, evidence, scope_of(plan), self.searcher)
        clock.step("draft")
        made = draft_page(plan, verdict, gate, (self.writer, self.spare), clock.step)
        if reason := too_thin_for_page(made.body, evidence):
            return Insufficient.of(plan, evidence, reason)
        clock.step("conclude")
        made = conclude_page(plan, verdict, made, gate, self.writer)
        if not (made.summary and made.limits and made.bottom_line):
            return Insufficient.of(plan, evidence, "its conclusion did not stand the check")
        return Page(
            question=plan.question,
            claim=plan.claim,
            verdict=verdict,
            summary=made.summary,
            sections=(
                *made.body,
                CheckedSection(heading=LIMITS, sentences=made.limits),
                CheckedSection(heading=BOTTOM_LINE, sentences=made.bottom_line),
            ),
            follow_ups=made.follow_ups,
            reason=made.reason,
            fallen=made.rejected,
            evidence=evidence,
            earlier=earlier,
            usage=account.usage(),
            timings=clock.seconds(),
        )

    def brief(self) -> "Desk":
        """The same desk without a model that writes and judges: for the short answer alone."""
        return replace(self, writer=self.spare or self.writer, judge=self.searcher or self.judge)

    def _earlier(self, claim: Claim) -> tuple[Earlier, ...]:
        """What earlier drafts said about the same claim, each outcome of a day once."""
        found = [
            Earlier(
                question=page.question.text,
                claim=page.claim.text,
                checked_on=page.question.asked_on,
                as_of=page.question.as_of,
                verdict=page.verdict.label,
                scope=page.verdict.scope,
            )
            for page in self.store.earlier(claim).values()
            if same_claim(page.claim.text, claim.text, self.nli)
        ]
        outcomes = {(e.checked_on, e.as_of, e.verdict): e for e in reversed(found)}
        return tuple(reversed(outcomes.values()))[:SHOWN_EARLIER]


class _Clock:
    """Names the steps and keeps their seconds."""

    def __init__(self, on_step: Step) -> None:
        self._on_step = on_step
        self._marks: list[tuple[str, float]] = []

    def step(self, name: str) -> None:
        self._marks.append((name, perf_counter()))
        self._on_step(name)

    def seconds(self) -> dict[str, float]:
        ends = [mark for _, mark in self._marks[1:]] + [perf_counter()]
        return {
            name: round(end - start, 4)
            for (name, start), end in zip(self._marks, ends, strict=True)
        }
