"""Whatever editors do in whatever order, nothing breaks."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.review.document import page_lines
from agent.review.port import NotAllowed, UnknownDraft
from agent.review.types import (
    AcceptLines,
    Action,
    AddComment,
    AddLine,
    Assign,
    ChangeStatus,
    DropLine,
    EditFollowUps,
    EditHeading,
    EditLine,
    Recheck,
    ReciteLine,
    RedoSection,
    ResolveComment,
    RestoreAsNote,
    Review,
    RuleStance,
    Status,
    WeakenLine,
)
from agent.types import Draft, Page, Section, Sentence, Stance
from tests.unit.review.desks import TEXTS, Bench, page_on

LINES = st.integers(1, 14).map(lambda n: f"s{n}")
SECTIONS = st.sampled_from(["summary", "section-1", "section-2", "limits", "bottom-line", "none"])
WORDS = st.sampled_from(
    [
        *("The council closed streets.", "Nine harbours.", "It was split.", "Buses ran late."),
        "No source says that the trams were closed.",
        "What to watch next is the council vote.",
        "See https://x.example [1].",
        "\u202ehidden\0",
    ]
)
PASSAGES = st.lists(
    st.sampled_from(["council#0", "survey#0", "herald#0", "none"]), min_size=1, max_size=2
).map(tuple)
REASONS = st.sampled_from(["", "Because."])
EDITS = st.one_of(
    st.builds(EditLine, line=LINES, text=WORDS, passages=st.none() | PASSAGES),
    st.builds(AddLine, section=SECTIONS, after=st.just("") | LINES, text=WORDS, passages=PASSAGES),
    st.builds(DropLine, line=LINES),
    st.builds(AcceptLines, lines=st.lists(LINES, max_size=2).map(tuple)),
    st.builds(WeakenLine, line=LINES),
    st.builds(ReciteLine, line=LINES),
    st.builds(RestoreAsNote, line=LINES),
    st.builds(EditHeading, section=SECTIONS, text=WORDS),
    st.builds(RedoSection, section=SECTIONS),
    st.builds(
        RuleStance,
        source=st.sampled_from([*TEXTS, "none"]),
        stance=st.sampled_from(Stance),
        reason=st.just("Because."),
    ),
    st.builds(EditFollowUps, questions=st.lists(WORDS, max_size=2).map(tuple)),
    st.just(Recheck()),
)
ACTIONS = st.one_of(
    EDITS,
    EDITS,
    st.builds(Assign, assignee=st.sampled_from(["", "Ana"])),
    st.builds(
        ChangeStatus,
        status=st.sampled_from([s for s in Status if s is not Status.VOID]),
        reason=REASONS,
        override=st.booleans(),
    ),
    st.builds(AddComment, line=st.just("") | LINES, text=WORDS),
    st.builds(ResolveComment, comment=st.integers(1, 3)),
)
NEW = st.none() | st.tuples(
    st.sampled_from(["council", "survey"]),
    st.lists(st.sampled_from([*TEXTS["council"], *TEXTS["survey"], "New."]), max_size=3),
)
"""What becomes of a source before an action: nothing, other paragraphs, or its end."""


def whole(review: Review) -> None:
    """A document holds its own rules, whatever was done to it."""
    document = review.document
    ids = [x.id for x in (*page_lines(document), *(t.line for t in document.tray))]
    assert len(ids) == len(set(ids))
    assert all(int(i.removeprefix("s")) <= document.lines_made for i in ids)
    cited = [c for x in page_lines(document) for c in x.citations]
    cited += [c for t in document.tray for c in t.line.citations]
    for citation in cited:
        passage = document.evidence.passage(citation.passage)
        assert passage is not None
        assert passage.source.id == citation.source
        start = citation.start - passage.start
        assert passage.text[start : start + len(citation.quote)] == citation.quote


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(NEW, ACTIONS), max_size=12))
def test_no_sequence_of_actions_breaks_a_draft(
    steps: list[tuple[tuple[str, list[str]] | None, Action]],
) -> None:
    bench = Bench()
    bench.writer.better = lambda s: Sentence(
        text="The council closed streets.", citations=s.citations
    )
    said = Sentence(text="The council closed streets.", citations=(bench.cite("council"),))
    bench.writer.drafted = Draft(sections=(Section(heading="A", sentences=(said,)),))
    with tempfile.TemporaryDirectory() as folder:
        desk = bench.open(f"sqlite:///{Path(folder) / 'drafts.sqlite3'}")
        draft = desk.adopt(page_on(bench))
        for change, action in steps:
            if change is not None:
                name, texts = change
                bench.shelf.put(name, *texts)
            before = desk.get(draft)
            entries = len(desk.trail())
            try:
                after = desk.act(draft, action, "Ana")
            except (NotAllowed, UnknownDraft):
                assert desk.get(draft) == before
                assert len(desk.trail()) == entries
                continue
            whole(after)
            assert after.version - before.version in {0, 1}
            assert (after == before) == (len(desk.trail()) == entries)
            assert len(desk.versions(draft)) == after.version
            assert desk.rows()[0].red == sum(x.red for x in page_lines(after.document))
            try:
                assert Page.model_validate_json(desk.page(draft).model_dump_json())
            except NotAllowed:
                assert any(x.red for x in page_lines(after.document)) or _empty(after)
        assert desk.verify_trail() is None
        desk.close()


def _empty(review: Review) -> bool:
    filled = [s.id for s in review.document.sections if any(not x.note for x in s.lines)]
    return "summary" not in filled or len(filled) < 2
