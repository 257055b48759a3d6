"""The rules by kind, without a desk."""

import pytest

from agent.statements import RecordStatements
from agent.types import (
    Citation,
    Claim,
    Evidence,
    Kind,
    Sentence,
    Support,
    Tally,
    Verdict,
    VerdictLabel,
)
from agent.verification.gate import CitationGate, kind_of
from agent.writers.embedded import EmbeddedWriter
from retrieval.types import Hit
from tests.fakes import READER, FakeShelf, ScriptedVerifier, WordVerifier, passages, source

HELD = passages(
    source("a"),
    "Engineers found rust on the bridge; their inquiry is still open.",
    "The bridge over the river opened in 1931.",
    "The bridge carries four lanes over the river.",
    "The bridge over the river was painted in June.",
)
SHELF = FakeShelf(HELD)
EVIDENCE = Evidence(
    hits=tuple(Hit(passage=p, score=1, lexical=0, dense=0) for p in HELD),
    scope=SHELF.scope(),
    queries=(),
)
VERDICT = Verdict(label=VerdictLabel.UNPROVEN, scope="", rule="", tally=Tally())
LEDGER = RecordStatements(
    claim=Claim(text="the bridge fell", opposite="not"), sources=(HELD[0].source,), verdict=VERDICT
)


def cite(n: int = 0) -> Citation:
    p = HELD[n]
    return Citation(source=p.source.id, passage=p.id, start=p.start, end=p.end, quote=p.text)


def court(judge: ScriptedVerifier | None = None) -> CitationGate:
    return CitationGate(judge or ScriptedVerifier({}), SHELF, EVIDENCE)


def ruled(text: str, kind: Kind, judge: ScriptedVerifier | None = None) -> tuple[Support, str]:
    sentence = Sentence(text=text, kind=kind, citations=(cite(),))
    [verification] = court(judge).verify([sentence], LEDGER)
    return verification.support, verification.reason


def test_an_inference_of_the_writers_own_falls() -> None:
    for text in ("Rust means that the bridge will fall.", "Rust does not show that it fell."):
        support, reason = ruled(text, Kind.INFERENCE)
        assert support is Support.UNSUPPORTED
        assert "what sources add up to is computed" in reason


def test_an_outlook_names_no_new_fact() -> None:
    fine = "What to watch next is the inquiry of the engineers, which is still open."
    assert ruled(fine, Kind.OUTLOOK)[0] is Support.SUPPORTED
    new = "What to watch next is the trial of Mayor Quimby for bribery in Springfield."
    assert "names things" in ruled(new, Kind.OUTLOOK)[1]
    added = f"{fine[:-1]}, because the rust is real."
    assert "names things" in ruled(added, Kind.OUTLOOK)[1]
    assert "something to watch" in ruled("The inquiry ends.", Kind.OUTLOOK)[1]


def test_an_outlook_that_cannot_be_checked_does_not_stand() -> None:
    text = "What to watch next is the inquiry."
    assert (
        ruled(text, Kind.OUTLOOK, ScriptedVerifier({text: Support.UNCHECKED}))[0]
        is Support.UNCHECKED
    )


def test_calling_it_a_finding_does_not_spare_an_absence_its_search() -> None:
    text = "None of the sources reviewed here says that the bridge over the river was painted."
    sentence = Sentence(text=text, kind=Kind.FINDING, citations=(cite(1),))
    [verification] = court().verify([sentence])
    assert verification.certificate is not None
    assert not verification.accepted


def test_an_absence_that_does_not_say_of_what_falls() -> None:
    support, reason = ruled("Nothing in the sources reviewed here is on this.", Kind.ABSENCE)
    assert support is Support.UNSUPPORTED
    assert "nothing was searched" in reason


def test_a_statement_of_the_ledger_is_recomputed_word_for_word() -> None:
    assert ruled(LEDGER.record(), Kind.INFERENCE)[0] is Support.SUPPORTED
    assert ruled(LEDGER.record().replace("one", "nine"), Kind.INFERENCE)[0] is Support.UNSUPPORTED


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("No source reviewed here says that the bridge fell.", Kind.ABSENCE),
        ("Rust does not show that the bridge fell.", Kind.FINDING),
        ("What to watch next is the inquiry.", Kind.OUTLOOK),
        ("Developments to watch next are the inquiry and the trial.", Kind.OUTLOOK),
        ("The bridge fell.", Kind.FINDING),
    ],
)
def test_the_kind_of_a_strangers_sentence_is_told_by_its_grammar(text: str, kind: Kind) -> None:
    assert kind_of(text) is kind


@pytest.mark.parametrize(
    ("text", "cited", "kept"),
    [
        ("Four lanes opened in 1931.", (1, 2), (1, 2)),
        ("The bridge opened in 1931.", (3, 1), (1,)),
        ("The bridge opened in 1931.", (1, 3), (1,)),
        ("Cats are kings.", (1, 2), (1, 2)),
    ],
)
def test_a_citation_is_kept_where_the_sentence_would_fall_without_it(
    text: str, cited: tuple[int, ...], kept: tuple[int, ...]
) -> None:
    words = CitationGate(WordVerifier(), SHELF, EVIDENCE)
    sentence = Sentence(text=text, citations=tuple(cite(n) for n in cited))
    assert words.needed(sentence).citations == tuple(cite(n) for n in kept)


def test_an_absence_without_a_certificate_is_rewritten_to_the_search_that_was_made() -> None:
    text = "No source reviewed here says that the bridge over the river was painted in June."
    sentence = Sentence(text=text, kind=Kind.ABSENCE, citations=(cite(1),))
    [verification] = CitationGate(WordVerifier(), SHELF, EVIDENCE).verify([sentence])
    assert not verification.accepted
    [weaker] = EmbeddedWriter(SHELF.embed, READER).revise([(sentence, verification)], EVIDENCE)
    assert weaker
    assert weaker.text.startswith("All 4 passages from 1 sources in the library were searched")
    [made] = CitationGate(WordVerifier(), SHELF, EVIDENCE).verify([weaker])
    assert made.accepted
    assert made.certificate
    assert made.certificate.found
    boast = weaker.text.replace("All 4 passages", "All 400 passages")
    boasting = Sentence(text=boast, kind=Kind.ABSENCE, citations=weaker.citations)
    assert not CitationGate(WordVerifier(), SHELF, EVIDENCE).verify([boasting])[0].accepted


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({"source": "somebody"}, "is not in its evidence", id="another source"),
        pytest.param({"passage": "p-unknown"}, "is not in its evidence", id="another passage"),
        pytest.param({"quote": "The bridge fell."}, "not in the stored snapshot", id="other words"),
        pytest.param({"start": 10_000, "end": 10_004, "quote": "rust"}, "snapshot", id="elsewhere"),
    ],
)
def test_a_citation_that_does_not_lead_to_its_words_falls_whatever_the_judge_says(
    changed: dict[str, object], reason: str
) -> None:
    citation = Citation.model_validate({**dict(cite()), **changed})
    sentence = Sentence(text=HELD[0].text, kind=Kind.FINDING, citations=(citation,))
    [verification] = court().verify([sentence])
    assert not verification.accepted
    assert reason in verification.reason


@pytest.mark.parametrize("used", ["a", "b"])
def test_a_recomputed_statement_cites_only_sources_that_the_page_uses(used: str) -> None:
    record = RecordStatements(claim=LEDGER.claim, sources=(source(used),), verdict=VERDICT)
    statement = next(iter(record.statements()))
    sentence = Sentence(text=statement, kind=Kind.INFERENCE, citations=(cite(),))
    [verification] = court().verify([sentence], record)
    assert verification.accepted == (used == "a")
    assert ("which the page does not use" in verification.reason) == (used == "b")
