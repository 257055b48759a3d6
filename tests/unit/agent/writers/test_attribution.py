import pytest

from agent.language.phrases import speaker
from agent.writers.anaphora import fit, leans_back, points_back
from agent.writers.attribution import (
    Casing,
    attribute,
    attribute_with_date,
    lower_first,
    name_reporter,
)
from agent.writers.facets import terms
from agent.writers.quotations import marked, plain
from tests.fakes import source

PAPER = source("paper", publisher="The Daily Bridge (copy of a Wire report)")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("The article says that the bridge fell.", "The Daily Bridge says that the bridge fell."),
        ("This report also adds that it rained.", "The Daily Bridge adds that it rained."),
        ("This post is about tolls.", "The Daily Bridge post is about tolls."),
        ("According to the report, it rained.", "According to The Daily Bridge, it rained."),
        ("The visible text names no date.", "The Daily Bridge names no date."),
        ("The bridge fell in May.", "The bridge fell in May, according to The Daily Bridge."),
        ("The mayor said that the bridge fell.", "The mayor said that the bridge fell."),
        (
            'The city carries "no cars at all."',
            'According to The Daily Bridge, the city carries "no cars at all."',
        ),
    ],
)
def test_a_sentence_names_who_reports_it(said: str, written: str) -> None:
    assert name_reporter(said, PAPER) == written


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("fact-check", "The post said that the bridge fell."),
        ("news", "The study says that bridges last."),
        ("news", "The letter says that bridges last."),
    ],
)
def test_a_thing_that_a_source_speaks_about_is_not_taken_for_the_source(
    kind: str, said: str
) -> None:
    one = source("one", publisher="Checkers", kind=kind)
    assert "Checkers s" not in name_reporter(said, one)
    assert "Checkers post" not in name_reporter(said, one)


def test_a_study_may_call_itself_a_study() -> None:
    one = source("one", publisher="Bridge Letters", kind="study")
    assert name_reporter("The study found that it fell.", one) == (
        "Bridge Letters found that it fell."
    )


def test_a_number_in_brackets_cannot_be_taken_for_a_citation() -> None:
    said = "The mayor said the bridge (12 meters wide) fell (2 dead)."
    assert name_reporter(said, PAPER) == "The mayor said the bridge, 12 meters wide, fell, 2 dead."


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("The mayor said on a Friday that it fell.", "The mayor said that it fell."),
        ("Police said it fell on a Monday in May 2025.", "Police said it fell in May 2025."),
        ("Two were hurt on a Sunday morning, he said.", "Two were hurt, he said."),
    ],
)
def test_a_weekday_without_a_date_goes(said: str, written: str) -> None:
    assert name_reporter(said, PAPER) == written


@pytest.mark.parametrize(
    "said", ["It fell that month.", "It fell at the time.", "It fell last week."]
)
def test_a_time_that_only_another_sentence_gives_does_not_stand_alone(said: str) -> None:
    assert not fit(said)


@pytest.mark.parametrize(
    ("publisher", "name"),
    [
        ("Bureau of Bridges", "the Bureau of Bridges"),
        ("Federal Bridge Commission", "the Federal Bridge Commission"),
        ("Meta-analysis on Bridge Central", "the meta-analysis on Bridge Central"),
        ("The Herald", "The Herald"),
        ("amBridge", "amBridge"),
    ],
)
def test_a_name_has_its_article(publisher: str, name: str) -> None:
    assert speaker(source("one", publisher=publisher)) == name


def test_the_day_of_a_report_is_written_out() -> None:
    one = source("one", publisher="Gazette", published="2025-03-04")
    assert attribute_with_date("The bridge fell.", one) == (
        "Gazette reported on March 4, 2025 that the bridge fell."
    )
    official = source("two", publisher="Gazette", published="2025-03-04", kind="official")
    assert attribute_with_date("It fell.", official).startswith(
        "Gazette stated on March 4, 2025 that it"
    )
    site = source("three", publisher="bridge.example.org", published="2025-03-04")
    assert attribute_with_date("It fell.", site) == "It fell, according to a news site."


def test_a_common_word_loses_its_capital_and_a_name_keeps_it() -> None:
    casing = Casing.of(["Most drivers wait, and Berlin waits.", "Drivers said so."])
    assert lower_first("Drivers wait.", casing) == "drivers wait."
    assert lower_first("Berlin waits.", casing) == "Berlin waits."
    assert casing.sure("Berlin waits.")
    assert not casing.sure("Ferries wait.")


def test_what_ends_with_a_quotation_is_attributed_at_its_start() -> None:
    assert attribute('He was "sure."', PAPER) == 'According to The Daily Bridge, he was "sure."'


@pytest.mark.parametrize(
    "said",
    [
        "It fell.",
        "In it, cars were banned.",
        "The second fell.",
        "Under the order, cars are banned.",
    ],
)
def test_a_pronoun_or_a_thing_named_before_leans_on_the_sentence_before(said: str) -> None:
    assert leans_back(said, PAPER)


def test_a_thing_that_the_sentence_before_does_not_name_is_not_explained_by_it() -> None:
    assert leans_back("The order bans cars.", PAPER, "The mayor signed an order.")
    assert not leans_back("The order bans cars.", PAPER, "It rained.")


@pytest.mark.parametrize(
    "said", ["Cars are banned.", "The FCC fined him.", "The article says so.", "The world warmed."]
)
def test_a_sentence_with_its_own_subject_leans_on_nothing(said: str) -> None:
    assert not leans_back(said, PAPER)


@pytest.mark.parametrize(
    "said", ["I saw it.", "The end!", "Who paid?", "We are not sure, he said."]
)
def test_a_speakers_own_voice_is_not_the_voice_of_a_page(said: str) -> None:
    assert not fit(said)


def test_plain_sentences_are_fit() -> None:
    assert fit("Officers of the I.C.E. said that the bridge fell.")


@pytest.mark.parametrize(
    "said",
    [
        "The Daily Bridge calls it the first picture of the bridge.",
        "The authors relate this to changes in eating habits.",
        "The bureau says that this was similar to the rate of 2022.",
    ],
)
def test_a_pronoun_behind_the_verb_leans_on_the_sentence_before(said: str) -> None:
    assert points_back(said)


def test_a_noun_behind_the_verb_does_not() -> None:
    assert not points_back("Critics called this study weak.")


def test_an_ordinal_goes_on_in_small_letters() -> None:
    assert lower_first("First, the bridge must close.") == "first, the bridge must close."


def test_a_word_that_texts_write_in_both_ways_is_not_made_small() -> None:
    casing = Casing.of(["Work of Children's Health.", "The children came, and Children's Health."])
    assert not casing.sure("Children who came were counted.")


def test_a_long_sentence_of_a_source_that_names_itself_is_quoted_behind_its_verb() -> None:
    words = (
        "The Daily Bridge noted a popular saying in the town, according to which the bridge is the "
        "one thing that everybody who comes by train can see from the window of the dining car."
    )
    told = marked(words, words, PAPER)
    assert told.startswith('The Daily Bridge noted "a popular saying')
    assert told.endswith('of the dining car".')


def test_a_date_and_a_reference_stand_before_a_quotation_and_not_in_it() -> None:
    words = (
        "The Daily Bridge reported on February 2, 2010 (Bridge 2010;340:c696) that the council had "
        "fully withdrawn the paper by the engineer and four others, twelve years after it came out."
    )
    told = marked(words, words, PAPER)
    assert told.startswith(
        'The Daily Bridge reported on February 2, 2010 (Bridge 2010;340:c696) that "the council'
    )


def test_no_plainer_form_has_a_long_stretch_of_its_source_without_marks() -> None:
    words = (
        "Rallies were planned at several places in the town, one of them near the bridge, and "
        "marchers asked for an account of the repairs and said again that the council must resign."
    )
    steps = plain(words, PAPER)
    assert steps == [f'According to The Daily Bridge, "{words[:-1]}".']


def test_a_source_that_speaks_of_itself_keeps_a_name_in_every_plainer_form() -> None:
    steps = plain("The article does not name anyone responsible.", PAPER)
    assert steps
    assert all("The Daily Bridge" in step for step in steps)


def test_a_paper_s_account_of_what_somebody_said_is_not_quoted_as_his_words() -> None:
    words = (
        "Ann Poe, who leads the Harbor Research Center, said to Bridge News Digital that the new "
        "data come to a rise of four percent for the year, a change of six points in all counts."
    )
    assert marked(words, words, PAPER) == f'According to The Daily Bridge, "{words[:-1]}".'


def test_a_figure_in_brackets_is_left_out_of_a_quotation_with_dots() -> None:
    words = (
        "Average depth has risen 13 feet (4 meters) in each decade since 1880, and the pace of the "
        "last fifteen years was nearly the same as that of the two spans of years before them."
    )
    [told] = plain(words, PAPER)
    said = words[:-1].replace("(4 meters)", "...")
    assert told == f'According to The Daily Bridge, "{said}".'


def test_a_count_is_no_subject_of_a_heading() -> None:
    said = ["At least twelve bridges were closed.", "At least twelve ferries came."]
    assert "least twelve" not in terms(said)
