"""Everything the desk says in Slack: answers, notices, progress, and the blocks they consist of.

Text from outside goes into `rich_text` elements. There, a mention or a link is an element of its
own, and text is only text. Slack's other kinds of text hold our own words, or escaped text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from agent.faces.terminal import STEPS
from agent.language import lexicon
from agent.language.phrases import day
from agent.render.citations import safe_url
from agent.render.short_answer import Answer, FoundCheck, Point, short_answer
from agent.render.wording import CHECKED, SUMMARY, clean
from agent.types import Insufficient, Page, VerdictLabel

Block = dict[str, Any]

MAX_ELEMENT: Final = 3_000
"""Characters of one text object, and of a link."""
MAX_TEXT: Final = 3_500
"""Characters of a message's fallback text. Slack advises 4,000 and cuts at 40,000."""
MAX_SENTENCE: Final = 1_500
MAX_REASON: Final = 500
MAX_CLAIM: Final = 300
MAX_QUOTE: Final = 280
MAX_LABEL: Final = 150
MAX_SOURCES: Final = 3
MAX_EARLIER: Final = 2
"""Earlier checks that are named. The page has the others."""
REPEATED_SHARE: Final = 0.85
"""A sentence with this share of a quote's words already says it: a phone is small."""
NEGATIONS: Final = lexicon.words("core.negation") | {"t"}
"""Words whose absence changes what is said; "t" is left of "isn't"."""
ELLIPSIS: Final = "…"
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_WORD: Final = re.compile(r"\w+")


class Action(StrEnum):
    """What a button asks for."""

    FULL = "full_draft"
    OPEN = "open_draft"
    """The same as a link: Slack opens it, and reports the press."""
    SHARE = "share"
    EDITOR = "ask_editor"
    AGAIN = "check_again"
    CHOOSE = "choose"
    SHOW = "show_answer"
    FEEDBACK = "feedback"


LABELS: Final = {
    Action.FULL: "Full draft",
    Action.OPEN: "Full draft",
    Action.SHARE: "Share with everyone",
    Action.EDITOR: "Ask an editor",
    Action.AGAIN: "Check again",
    Action.SHOW: "Show the answer",
}


class Need(StrEnum):
    """Why a message cannot be checked as it is."""

    NOTHING = "nothing"
    LINK = "link"
    PICTURE = "picture"
    FORWARDED = "forwarded"
    LONG = "long"
    THREAD = "thread"


NEEDS: Final = {
    Need.NOTHING: "I found no claim in this. Write one sentence that can be true or false.",
    Need.LINK: "This is only a link, and I open no links. Copy the sentence you doubt and send it.",
    Need.PICTURE: "I read text only. Type the sentence you doubt and send it.",
    Need.FORWARDED: "I see no text in the forwarded message. Copy the sentence you doubt.",
    Need.LONG: "That is too long to check at once. Send me one claim.",
    Need.THREAD: (
        "I cannot read what this thread is about. "
        "Use “Is this true?” in the menu of the message you doubt, or paste its words."
    ),
}
ABSENT: Final = "No passage says"
CAUTION: Final = "A first draft. Please verify before you publish."
CHECKING: Final = "Checking …"
UNSURE: Final = "I was interrupted while I answered this. If you see no answer, press the button."
EXPIRED: Final = "This answer is no longer kept. Ask again and I check it anew."
SHARED: Final = "Shared with everyone here."
NO_READERS: Final = "Nobody else reads this conversation. Copy the answer, or ask in a channel."
DRAFT_HERE: Final = "The full draft is in the thread."
DRAFT_SENT: Final = "The full draft is in your direct messages with me."
EDITOR_ASKED: Final = "An editor has been asked."
NOT_ALLOWED: Final = "This desk does not answer in your workspace. Ask the person who runs it."
FAILED: Final = "That did not work. Please try again; the person who runs the desk has a log."
PROMPTS: Final = (
    ("Is a rumour true?", "Is the Great Wall of China visible from the Moon?"),
    ("Check a health claim", "Does aspartame cause cancer?"),
    ("Check a claim on the news", "Are nyc cops taking down I.C.E. agents?"),
)


@dataclass(frozen=True)
class Message:
    """What is sent: blocks, and the text that replaces them in notifications."""

    text: str
    blocks: tuple[Block, ...] = ()


# Block Kit elements


def shorten(text: str, limit: int) -> str:
    """Clean text on one line of at most `limit` characters; an ellipsis marks a cut."""
    text = clean(text)
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}{ELLIPSIS}"


def escape_text(text: str, limit: int) -> str:
    """Text for a message's `text`, which notifications show: nothing in it is markup.

    Entities count against Slack's limits, so the text is cut after escaping.
    """
    text = clean(text).translate(_ESCAPES)
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    start = kept.rfind("&")
    if start >= 0 and ";" not in kept[start:]:
        kept = kept[:start]
    return f"{kept.rstrip()}{ELLIPSIS}"


def text_element(
    text: str, *, limit: int = MAX_ELEMENT, bold: bool = False, italic: bool = False
) -> Block:
    """Text from outside, as an element that holds only text."""
    style = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    return own_text(shorten(text, limit) or ELLIPSIS) | ({"style": style} if style else {})


def own_text(text: str) -> Block:
    """Our own words and white space, unchanged."""
    return {"type": "text", "text": text}


def link_element(url: str, label: str) -> Block:
    """A link to a source of the library; only its label where the address is no web address."""
    address = safe_url(url)
    if address is None or len(address) > MAX_ELEMENT or "@" in urlsplit(address).netloc:
        return text_element(label, limit=MAX_LABEL)
    return {"type": "link", "url": address, "text": shorten(label, MAX_LABEL) or ELLIPSIS}


def rich_text(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def section(*elements: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(elements)}


def quote(*elements: Block) -> Block:
    return {"type": "rich_text_quote", "elements": list(elements)}


def plain_text(text: str) -> Block:
    """Our own words, where Slack takes no rich text."""
    return {"type": "plain_text", "text": text, "emoji": False}


def actions_block(ref: str, actions: Sequence[Action], link: str | None = None) -> Block:
    """Buttons that name a question; with a link, `Action.FULL` opens it."""
    buttons = [
        _button(Action.OPEN, LABELS[Action.OPEN], ref) | {"url": link}
        if link and action is Action.FULL
        else _button(action, LABELS[action], ref)
        for action in actions
    ]
    return {"type": "actions", "elements": buttons}


def _button(action_id: str, label: str, value: str) -> Block:
    return {
        "type": "button",
        "action_id": str(action_id),
        "text": plain_text(label),
        "value": value,
    }


# Answers


@dataclass(frozen=True)
class AnswerView:
    """An answer and how to show it."""

    answer: Answer
    ref: str
    """Names the question in the values of buttons."""
    sides: tuple[int, int] = (0, 0)
    """Origins for the claim, and against it."""
    earlier: date | None = None
    """The day of the earlier check that answers."""
    forwarded: bool = False
    buttons: tuple[Action, ...] = ()
    link: str | None = None
    """Where the button for the full draft leads; None: it sends a file."""

    @classmethod
    def of(
        cls,
        draft: Page | Insufficient,
        ref: str,
        buttons: Sequence[Action],
        earlier: date | None = None,
        *,
        forwarded: bool = False,
        link: str | None = None,
    ) -> "AnswerView":
        """The answer that a draft gives."""
        sides = (0, 0)
        if isinstance(draft, Page):
            tally = draft.verdict.tally
            sides = len(tally.supporting), len(tally.opposing)
        else:
            buttons = [b for b in buttons if b is not Action.FULL]
        return cls(short_answer(draft), ref, sides, earlier, forwarded, tuple(buttons), link)


def answer_buttons(*, private: bool, editors: bool, earlier: bool) -> tuple[Action, ...]:
    """The buttons under an answer."""
    return (
        Action.FULL,
        *([Action.SHARE] if private else []),
        *([Action.EDITOR] if editors else []),
        *([Action.AGAIN] if earlier else []),
    )


def answer_message(view: AnswerView) -> Message:
    """The whole answer: short lines for a phone, always within Slack's limits."""
    found = view.answer
    noted = (*found.reading, *found.notices)
    verdict = section(
        text_element(found.plain, bold=True),
        own_text("\n"),
        text_element(f"As of {day(found.as_of)}: {found.scope.rstrip('.')}."),
        *(e for n in noted for e in (own_text("\n"), text_element(n, limit=MAX_CLAIM))),
    )
    small_print = _small_print(view)
    blocks = [
        {"type": "header", "text": plain_text(found.headline)},
        *(_check_block(check) for check in found.checks[:MAX_EARLIER]),
        rich_text(quote(text_element(found.claim, limit=MAX_CLAIM)), verdict),
        *(rich_text(*_sentence_elements(point)) for point in found.points),
        *_absence_blocks(found),
        {"type": "context", "elements": [plain_text(line) for line in small_print]},
    ]
    if view.buttons:
        blocks += [actions_block(view.ref, view.buttons, view.link), _feedback_block(view.ref)]
    points = " ".join(p.text for p in found.points)
    text = f"{found.headline}. {found.plain} {found.claim} {points} {' '.join(small_print)}"
    return Message(escape_text(text, MAX_TEXT), tuple(blocks))


def _check_block(check: FoundCheck) -> Block:
    """What others found when they checked the same claim, and where they say so."""
    told = text_element(f"{CHECKED}: {check.told}", limit=MAX_SENTENCE)
    return rich_text(section(told, own_text(" "), link_element(check.url, check.publisher)))


def _sentence_elements(point: Point) -> list[Block]:
    """One cited sentence: its words, its sources, and the cited words where they say more."""
    elements = [text_element(point.text, limit=MAX_SENTENCE)]
    for source in point.sources[:MAX_SOURCES]:
        when = f", {day(source.published)}" if source.published else ""
        elements += [own_text("\n— "), link_element(source.url, source.publisher), own_text(when)]
    parts = [section(*(e for e in elements if e["text"]))]
    first = next(iter(point.citations), None)
    if first and not repeats_quote(point.text, first.quote):
        words = text_element(first.quote, limit=MAX_QUOTE, italic=True)
        summed = any(s.is_summary for s in point.sources if s.id == first.source)
        parts.append(section(own_text(f"{SUMMARY}: "), words) if summed else quote(words))
    return parts


def repeats_quote(sentence: str, words: str) -> bool:
    """Whether a sentence has nearly all words of a quote, and each of its negations."""
    known = set(_WORD.findall(sentence.casefold()))
    quoted = _WORD.findall(words.casefold())
    missing = [word for word in quoted if word not in known]
    return len(missing) <= (1 - REPEATED_SHARE) * len(quoted) and NEGATIONS.isdisjoint(missing)


def _absence_blocks(found: Answer) -> list[Block]:
    """Propositions that no passage states. The small print covers the claim itself."""
    absent = [c.proposition for c in found.certificates if c.proposition != found.claim]
    return [
        rich_text(section(own_text(f"{ABSENT}: "), text_element(p, limit=MAX_CLAIM)))
        for p in absent
    ]


def _small_print(view: AnswerView) -> list[str]:
    found, lines = view.answer, []
    if view.forwarded:
        lines.append("Checked: the text of the forwarded message.")
    if view.earlier:
        lines.append(f"An earlier check, of {day(view.earlier)}.")
    if found.verdict is VerdictLabel.MIXED:
        supporting, opposing = view.sides
        lines.append(f"The sources conflict: {supporting} for, {opposing} against, by origin.")
    lines += [
        f"Checked before on {day(e.checked_on)}: {e.verdict.value}."
        for e in found.earlier[:MAX_EARLIER]
    ]
    lines.append(
        f"Searched: {found.searched.passages} passages of {found.searched.sources} sources."
    )
    if any(c.proposition == found.claim for c in found.certificates):
        lines.append(f"{ABSENT} that it is so.")
    if found.verdict:
        plural = "" if found.thrown_out == 1 else "s"
        lines += [f"Thrown out by the check: {found.thrown_out} sentence{plural}.", CAUTION]
    return lines


def _feedback_block(ref: str) -> Block:
    choices = {
        "positive_button": ("Useful", "This answer is useful", f"{ref}:good"),
        "negative_button": ("Not useful", "This answer is not useful", f"{ref}:bad"),
    }
    element: Block = {"type": "feedback_buttons", "action_id": Action.FEEDBACK.value} | {
        name: {"text": plain_text(text), "accessibility_label": label, "value": value}
        for name, (text, label, value) in choices.items()
    }
    return {"type": "context_actions", "elements": [element]}


def notice(text: str) -> Message:
    """A message of our own words."""
    return Message(text, (rich_text(section(own_text(text))),))


def need_notice(need: Need) -> Message:
    return notice(NEEDS[need])


def limit_notice(whose: Literal["user", "channel"], hourly: int) -> Message:
    """Too many questions: `hourly` are answered."""
    subject = "You have" if whose == "user" else "This channel has"
    return notice(
        f"{subject} asked {hourly} questions within the hour. Please wait, then ask again."
    )


def failure_notice(reason: str) -> Message:
    """The draft could not be made."""
    head = "I could not check this."
    why = section(own_text(f"{head} "), text_element(reason, limit=MAX_REASON))
    return Message(escape_text(f"{head} {reason}", MAX_REASON), (rich_text(why),))


def show_answer_notice(claim: str, ref: str) -> Message:
    """Offers an answer that may have arrived, so that it does not come twice."""
    asked = rich_text(quote(text_element(claim, limit=MAX_CLAIM)), section(own_text(UNSURE)))
    blocks = (asked, actions_block(ref, [Action.SHOW]))
    return Message(escape_text(f"{UNSURE} {claim}", MAX_REASON), blocks)


def choose_claim_notice(claims: Sequence[str], ref: str) -> Message:
    """Asks which of several claims to check."""
    head = "There is more than one claim here. Which one shall I check?"
    items = [section(text_element(claim, limit=MAX_CLAIM)) for claim in claims]
    listed: Block = {"type": "rich_text_list", "style": "ordered", "elements": items}
    buttons = [
        _button(f"{Action.CHOOSE}:{n}", f"Check {n + 1}", f"{ref}:{n}") for n in range(len(claims))
    ]
    blocks = (rich_text(section(own_text(head)), listed), {"type": "actions", "elements": buttons})
    numbered = " ".join(f"{n}. {claim}" for n, claim in enumerate(claims, 1))
    return Message(escape_text(f"{head} {numbered}", MAX_ELEMENT), blocks)


def progress_message(step: str) -> Message:
    """The steps of a draft; the running one is marked.

    Args:
        step: As `Desk.draft` names it; "" before the first.
    """
    names = list(STEPS)
    current = names.index(step) if step in names else -1
    tasks = [
        {"type": "task_card", "task_id": name, "title": STEPS[name], "status": _status(n, current)}
        for n, name in enumerate(names)
    ]
    title = "Checking your claim"
    text = f"{title}: {STEPS[step].lower()}" if step in STEPS else title
    return Message(f"{text} …", ({"type": "plan", "title": title, "tasks": tasks},))


def progress_status(step: str) -> str:
    """The status beside the app's name: "is searching the library …"."""
    return f"is {STEPS.get(step, 'checking').lower()} …"


def _status(position: int, current: int) -> str:
    if position == current:
        return "in_progress"
    return "complete" if position < current else "pending"
