"""What a Slack message asks."""

import pytest

from agent.faces.slack.messages import Need
from agent.faces.slack.payloads import ParsedText, parse_message

CLAIM = "The bridge was closed in January."


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        (CLAIM, CLAIM),
        (f"<@U0BOT> {CLAIM}", CLAIM),
        (f"*{CLAIM}*", CLAIM),
        ("The *bridge* was _closed_ in `January`.", CLAIM),
        (f"&gt; {CLAIM}", CLAIM),
        (f"• {CLAIM}", CLAIM),
        ("The <https://a.example/x|bridge> was closed in January.", CLAIM),
        (f"{CLAIM} <https://a.example/story>", CLAIM),
        ("The bridge was closed in January. <!channel>", CLAIM),
        ("AT&amp;T closed the snake_case bridge.", "AT&T closed the snake_case bridge."),
        ("\u202eThe bridge was closed\u202c in January.", CLAIM),
        (f"is this true? {CLAIM}", f"is this true? {CLAIM}"),
        ("Was the bridge closed in January?", "Was the bridge closed in January?"),
    ],
)
def test_a_claim_is_read_in_plain_text(text: str, claim: str) -> None:
    assert parse_message({"text": text}) == ParsedText((claim,))


@pytest.mark.parametrize(
    ("message", "need"),
    [
        ({"text": ""}, Need.NOTHING),
        ({"text": None}, Need.NOTHING),
        ({"text": "<@U0BOT>"}, Need.NOTHING),
        ({"text": "<@U0BOT> is this true?"}, Need.NOTHING),
        ({"text": "hey, can you fact-check this?"}, Need.NOTHING),
        ({"text": "<https://a.example/story>"}, Need.LINK),
        ({"text": "is this true? <https://a.example|https://a.example>"}, Need.LINK),
        ({"text": "", "files": [{"id": "F1"}]}, Need.PICTURE),
        ({"text": "", "attachments": [{"is_share": True, "text": ""}]}, Need.FORWARDED),
        ({"text": "word " * 1_000}, Need.LONG),
        ({"text": "is this true? " * 5_000}, Need.LONG),
    ],
)
def test_what_cannot_be_checked_says_why(message: dict[str, object], need: Need) -> None:
    assert parse_message(message) == ParsedText(need=need)


@pytest.mark.parametrize("sign", ["from_url", "app_unfurl_url"])
def test_a_preview_of_a_link_is_not_what_the_message_says(sign: str) -> None:
    message = {"text": "<https://a.example>", "attachments": [{"text": CLAIM, sign: "x"}]}
    assert parse_message(message) == ParsedText(need=Need.LINK)


@pytest.mark.parametrize("part", ["pretext", "title", "text"])
def test_what_a_program_posts_as_an_attachment_is_what_it_says(part: str) -> None:
    story = {part: CLAIM, "title_link": "https://a.example"}
    assert parse_message({"text": "", "attachments": [story]}) == ParsedText((CLAIM,))
    assert parse_message({"text": "The mayor resigned.", "attachments": [story]}).claims == (
        "The mayor resigned.",
    )


def test_the_words_of_who_forwards_come_before_the_forwarded_ones() -> None:
    share = [{"is_share": True, "text": CLAIM}]
    assert parse_message({"text": "The mayor resigned.", "attachments": share}).claims == (
        "The mayor resigned.",
    )
    assert parse_message({"text": "is this true?", "attachments": share}) == ParsedText(
        (CLAIM,), forwarded=True
    )


def test_several_claims_are_told_apart_and_at_most_five_are_offered() -> None:
    text = "The bridge was closed. The mayor resigned.\n- Taxes rose by 4 percent"
    assert parse_message({"text": text}).claims == (
        "The bridge was closed.",
        "The mayor resigned.",
        "Taxes rose by 4 percent",
    )
    assert (
        len(
            parse_message(
                {"text": "\n".join(f"Claim number {n} is here" for n in "abcdefgh")}
            ).claims
        )
        == 5
    )
