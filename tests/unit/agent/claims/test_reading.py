"""Reading a claim: what holds for every text, and what is kept beside the claim."""

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.claims import read_claim
from agent.claims.opposite import count_negations
from agent.types import ClaimKind

TODAY = date(2026, 11, 22)
LEADS = (
    "", "So ", "hey guys, ", "I heard that ", "My uncle says ", "Is it true that ", "BREAKING: ",
    "Fact check: ", "does anyone know if ", "saw a post saying that ", "I think ", "RT @desk: ",
    "Did you know that ", "rumor has it that ", "they say that ", "can you check whether ",
)  # fmt: skip
CLAIMS = (
    "the bridge in Mostar was rebuilt", "the bridge in Mostar was not rebuilt",
    "the mayor never paid 40 percent of the bill", "the mayor paid 40 percent of the bill",
    "honey doesn't spoil", "no rivers run through Malta", "5 rivers run through Malta",
    "nobody was hurt in the crash", "Sweden has no nuclear plants left", "cats aren't blind",
)  # fmt: skip
TAGS = (
    "", ", right?", "?", "!!", ", true or false?", " lol", " 😡 #news", ". Is this true?",
    ", no?", ". Source?", " - thoughts?", ", asking for a friend",
)  # fmt: skip
WORDS = st.sampled_from(
    [
        "is",
        "are",
        "was",
        "did",
        "does",
        "do",
        "has",
        "can",
        "will",
        "should",
        "isn't",
        "don't",
        "not",
        "never",
        "no",
        "the",
        "a",
        "an",
        "of",
        "in",
        "to",
        "and",
        "or",
        "that",
        "this",
        "it",
        "who",
        "what",
        "how",
        "many",
        "why",
        "true",
        "false",
        "right,",
        "myth:",
        '"quote"',
        "mayor",
        "bridge",
        "vaccine",
        "causes",
        "said",
        "closed",
        "ban",
        "warming",
        "2024",
        "43%",
        "$5",
        "U.S.",
        "NYC;",
        "?",
        "!",
        ".",
        "-",
        "RT",
        "@me",
        "#tag",
        "I",
        "heard",
        "my",
        "uncle",
        "says",
    ]
)


@settings(deadline=None)
@given(st.text(min_size=1).filter(str.strip))
@example("so")
@example('""""""""')
@example("is is is is")
@example("\u200d")
@example("the the the the the")
@example("\ud800 is this true?")
def test_whatever_is_typed_is_read_and_a_claim_read_again_is_itself(text: str) -> None:
    claim = read_claim(text, TODAY)
    assert claim.text.strip() == claim.text
    assert claim.opposite
    assert read_claim(claim.text, TODAY).text == claim.text


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=14).map(" ".join))
@example("is did RT RT RT")
def test_whatever_words_come_in_whatever_order_they_are_read(text: str) -> None:
    claim = read_claim(text, TODAY)
    assert claim.text
    assert read_claim(claim.text, TODAY).text == claim.text
    assert len(claim.others) <= 3
    assert claim.text not in claim.others


@settings(deadline=None)
@given(st.sampled_from(LEADS), st.sampled_from(CLAIMS), st.sampled_from(TAGS))
def test_nothing_around_a_claim_turns_it_into_its_opposite(lead: str, said: str, tag: str) -> None:
    claim = read_claim(f"{lead}{said}{tag}")
    assert claim.text.lower() == said.lower()
    assert count_negations(claim.text) == count_negations(said)


@settings(deadline=None)
@given(st.sampled_from(CLAIMS))
def test_the_opposite_denies_what_is_said_and_says_what_is_denied(said: str) -> None:
    assert count_negations(read_claim(said).opposite) % 2 != count_negations(said) % 2


@pytest.mark.parametrize(
    ("said", "opposite"),
    [
        ("aspartame causes cancer", "aspartame does not cause cancer"),
        ("vaccines cause autism", "vaccines do not cause autism"),
        ("the bridge was closed", "the bridge was not closed"),
        ("the city has closed the bridge", "the city has not closed the bridge"),
        ("Peru has the largest mine", "Peru does not have the largest mine"),
        ("the mayor banned leaf blowers", "the mayor did not ban leaf blowers"),
        ("dogs can smell cancer", "dogs cannot smell cancer"),
        ("the pier isn't open", "the pier is open"),
        ("there was no flood at all", "there was some flood"),
        ("prices are no longer rising", "prices are still rising"),
        ("all swans are white", "it is not true that all swans are white"),
        ("it may rain and it may snow", "it is not true that it may rain and it may snow"),
        ("a peer reviewed paper proved it", "a peer reviewed paper did not prove it"),
    ],
)
def test_the_opposite_is_put_as_plainly_as_rules_can(said: str, opposite: str) -> None:
    assert read_claim(said).opposite == opposite


def test_the_fullest_of_several_statements_is_the_claim_and_the_rest_are_kept() -> None:
    claim = read_claim(
        "This is how it is done. Police arrested four federal agents in the subway today. The "
        "mayor praised the arrest."
    )
    assert claim.text == "Police arrested four federal agents in the subway today"
    assert claim.others == ("the mayor praised the arrest",)
    assert claim.notes == ("The text says more than this; only this was tested.",)


def test_a_question_goes_before_the_story_around_it() -> None:
    claim = read_claim(
        "We drove past the old mill on Sunday and it looked quite different from before. Did the "
        "city of Ghent sell the mill in 2025? It used to be so pretty."
    )
    assert claim.text == "the city of Ghent sold the mill in 2025"


@pytest.mark.parametrize(
    ("typed", "claim", "others"),
    [
        (
            "The dam was closed in March; the operator hid a crack in the wall",
            "the operator hid a crack in the wall",
            ("the dam was closed in March",),
        ),
        (
            "Fish oil lowers blood pressure, the Danish data prove it",
            "Fish oil lowers blood pressure",
            ("the Danish data prove that Fish oil lowers blood pressure",),
        ),
        (
            "WHO bans raw milk, says it kills thousands",
            "WHO bans raw milk",
            ("WHO says it kills thousands",),
        ),
        (
            "The ferry sank in 1994, the owner fled to Brazil",
            "the ferry sank in 1994",
            ("the owner fled to Brazil",),
        ),
        ("The ferry sank, it was overloaded with trucks", "the ferry sank", ()),
    ],
)
def test_claims_that_stand_side_by_side_are_taken_apart(
    typed: str, claim: str, others: tuple[str, ...]
) -> None:
    found = read_claim(typed)
    assert (found.text, found.others) == (claim, others)
    assert "only this was tested" in found.notes[0]


def test_claims_joined_by_and_are_one_claim_that_needs_both() -> None:
    claim = read_claim("The ferry sank in 1994 and the owner fled to Brazil")
    assert claim.text == "the ferry sank in 1994 and the owner fled to Brazil"
    assert claim.others == ("the owner fled to Brazil",)
    assert claim.notes == ("The claim has several parts and holds only if each of them does.",)


@pytest.mark.parametrize(
    "whole",
    [
        "In 2024, the council closed the pool",
        "Texas, Florida and Ohio banned the app",
        "After the vote was lost, the mayor resigned",
        "the mayor, who was ill, resigned",
        "the price of eggs, milk and bread doubled",
        "according to the survey, voters want a new bridge",
    ],
)
def test_a_comma_alone_does_not_make_two_claims(whole: str) -> None:
    assert read_claim(whole).text.lower() == whole.lower()


def test_opinions_and_remarks_are_no_follow_ups() -> None:
    claim = read_claim(
        "The pool was sold in May. It is a disgrace. They should resign. Wake up people!"
    )
    assert claim.text == "the pool was sold in May"
    assert claim.others == ()


def test_an_open_question_is_told_from_an_organisation_called_who() -> None:
    assert read_claim("Who paid for the study?").asks == "who"
    assert read_claim("WHO bans a sweetener").asks is None
    assert read_claim("WHO PAID FOR THE STUDY?").asks == "who"


def test_names_places_and_dates_are_told_apart() -> None:
    claim = read_claim("Did Ada Lovelace meet the King in Turin on May 5, 1841?")
    assert claim.actors == ("Ada Lovelace", "King")
    assert claim.places == ("Turin",)
    assert claim.dates == ("May 5, 1841",)


@pytest.mark.parametrize(
    ("when", "calendar"),
    [
        ("last week", "November 9, 2026 to November 15, 2026"),
        ("yesterday", "November 21, 2026"),
        ("last month", "October 2026"),
        ("this year", "2026"),
        ("last year", "2025"),
        ("three months ago", "August 2026"),
        ("2 years ago", "2024"),
    ],
)
def test_a_date_that_depends_on_today_is_read_and_shown(when: str, calendar: str) -> None:
    claim = read_claim(f"the dam burst {when}", TODAY)
    assert claim.text == f"the dam burst {when}"
    assert claim.notes == (f'"{when}" is read as {calendar}.',)
    assert read_claim(f"the dam burst {when}").notes == ()


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("¿Es verdad que el puente de Mostar está cerrado?", "Spanish"),
        ("es cierto que el alcalde vendió el parque", "Spanish"),
        ("Est-ce que le pont de Mostar est fermé ?", "French"),
        ("C'est vrai que la mairie a vendu le parc ?", "French"),
        ("Stimmt es, dass die Brücke gesperrt ist?", "German"),
        ("É verdade que o prefeito vendeu o parque?", "Portuguese"),
        ("È vero che il sindaco ha venduto il parco?", "Italian"),
        ("Klopt het dat de brug is gesloten?", "Dutch"),
        ("Czy to prawda że most jest zamknięty?", "Polish"),
        ("Правда ли, что мост закрыт?", "Cyrillic"),
        ("هل صحيح أن الجسر مغلق؟", "Arabic"),
        ("橋は閉鎖されたのですか", "Japanese"),
        ("这座桥关闭了吗", "Chinese"),
        ("다리가 폐쇄되었습니까", "Korean"),
        ("क्या पुल बंद है", "Hindi"),
        ("Είναι κλειστή η γέφυρα;", "Greek"),
    ],
)
def test_a_question_in_another_language_says_so_and_what_was_done(
    typed: str, language: str
) -> None:
    claim = read_claim(typed)
    assert claim.kind is ClaimKind.UNCLEAR
    [note] = claim.notes
    assert language in note
    assert "nothing was translated" in note


@pytest.mark.parametrize(
    "typed",
    [
        "Does the El Niño current warm Peru?",
        "Is Les Misérables banned in Texas?",
        "Das Auto was the slogan of Volkswagen",
        "Did Angela Merkel grow up in East Germany?",
        "de Gaulle died in 1970",
        "Is die casting dangerous?",
        "5g spreads covid??",
        "nyc cops arrest ICE agents",
        "Beyoncé sang in Köln",
    ],
)
def test_english_with_foreign_names_is_english(typed: str) -> None:
    assert read_claim(typed).kind is ClaimKind.FACTUAL


def test_a_plural_noun_is_no_verb() -> None:
    claim = read_claim("689 power cuts in 2025 were counted by the board.")
    assert claim.opposite == "689 power cuts in 2025 were not counted by the board"


def test_who_is_said_to_be_right_is_no_part_of_the_claim() -> None:
    assert read_claim("The mayor is right that rents went up 4%").text == "rents went up 4%"


@pytest.mark.parametrize(
    ("asked", "claimed"),
    [
        ("Is the Eastgate swimming hall closed?", "the Eastgate swimming hall is closed"),
        ("Was the city hall building sold in 2020?", "the city hall building was sold in 2020"),
        ("Is the parking lot free at night?", "the parking lot is free at night"),
        ("Is the firm selling used cars?", "the firm is selling used cars"),
        ("Is the state making insulin free?", "the state is making insulin free"),
        ("Are trams catching fire more often?", "trams are catching fire more often"),
        ("Is the housing minister resigning?", "the housing minister is resigning"),
    ],
)
def test_a_word_in_ing_belongs_to_the_subject_or_begins_what_is_said(
    asked: str, claimed: str
) -> None:
    assert read_claim(asked).text == claimed
