"""An answer as a Slack message: short lines for a phone, within Slack's limits by construction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from agent.brief import Answer, answer
from agent.faces.slack.inert import Block, escaped, ours, plain, quote, rich, said, section
from agent.faces.slack.sentences import sentence
from agent.phrases import day
from agent.types import Insufficient, Page, VerdictLabel

TEXT: Final = 3_500
"""Characters of the fallback; Slack advises 4,000 and cuts at 40,000."""
CLAIM: Final = 300
BEFORE: Final = 2
"""Earlier checks that are named; others are on the page."""
NONE_SAYS: Final = "No passage says"
CAUTION: Final = "A first draft. Please verify before you publish."


class Action(StrEnum):
    """What a button asks for."""

    FULL = "full_draft"
    OPEN = "open_draft"
    """The same as a link: Slack opens it, and tells us of the press."""
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


@dataclass(frozen=True)
class Message:
    """What is sent: blocks, and the text that stands in for them."""

    text: str
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Shown:
    """An answer and how it is shown."""

    answer: Answer
    ref: str
    """Names the question in the values of buttons."""
    sides: tuple[int, int] = (0, 0)
    """Origins that speak for the claim, and against it."""
    earlier: date | None = None
    """The day of an earlier check that answers."""
    forwarded: bool = False
    buttons: tuple[Action, ...] = ()
    link: str | None = None
    """Where the button for the full draft leads; None: it sends a file."""

    @classmethod
    def of(
        cls,
        made: Page | Insufficient,
        ref: str,
        buttons: Sequence[Action],
        earlier: date | None = None,
        *,
        forwarded: bool = False,
        link: str | None = None,
    ) -> "Shown":
        """The answer that a draft gives."""
        sides = (0, 0)
        if isinstance(made, Page):
            count = made.verdict.tally
            sides = len(count.supporting), len(count.opposing)
        offered = [b for b in buttons if b is not Action.FULL or isinstance(made, Page)]
        return cls(answer(made), ref, sides, earlier, forwarded, tuple(offered), link)


def offered(*, private: bool, editors: bool, earlier: bool) -> tuple[Action, ...]:
    """The buttons under an answer."""
    return (
        Action.FULL,
        *([Action.SHARE] if private else []),
        *([Action.EDITOR] if editors else []),
        *([Action.AGAIN] if earlier else []),
    )


def message(shown: Shown) -> Message:
    """The whole message."""
    found = shown.answer
    head = found.headline
    claim = quote(said(found.claim, most=CLAIM))
    verdict = section(
        said(found.plain, bold=True),
        ours("\n"),
        said(f"As of {day(found.as_of)}: {found.scope.rstrip('.')}."),
        *(e for note in found.reading for e in (ours("\n"), said(note, most=CLAIM))),
    )
    blocks = [
        {"type": "header", "text": plain(head)},
        rich(claim, verdict),
        *(rich(*sentence(point)) for point in found.points),
        *(_absent(found)),
        {"type": "context", "elements": [plain(line) for line in _small_print(shown)]},
    ]
    if shown.buttons:
        blocks += [actions(shown.ref, shown.buttons, shown.link), _feedback(shown.ref)]
    return Message(_text(shown, head), tuple(blocks))


def _absent(found: Answer) -> list[Block]:
    """What was searched for in vain, beside the claim itself; the small print has that."""
    sought = [c.proposition for c in found.certificates if c.proposition != found.claim]
    return [rich(section(ours(f"{NONE_SAYS}: "), said(s, most=CLAIM))) for s in sought]


def _small_print(shown: Shown) -> list[str]:
    found = shown.answer
    lines = []
    if shown.forwarded:
        lines.append("Checked: the text of the forwarded message.")
    if shown.earlier:
        lines.append(f"An earlier check, of {day(shown.earlier)}.")
    if found.verdict is VerdictLabel.MIXED:
        supporting, opposing = shown.sides
        lines.append(f"The sources conflict: {supporting} for, {opposing} against, by origin.")
    lines += [
        f"Checked before on {day(e.checked_on)}: {e.verdict.value}." for e in found.earlier[:BEFORE]
    ]
    lines.append(
        f"Searched: {found.searched.passages} passages of {found.searched.sources} sources."
    )
    if any(c.proposition == found.claim for c in found.certificates):
        lines.append(f"{NONE_SAYS} that it is so.")
    if found.verdict:
        lines.append(f"Thrown out by the check: {_count(found.thrown_out, 'sentence')}.")
        lines.append(CAUTION)
    return lines


def actions(ref: str, which: Sequence[Action], link: str | None = None) -> Block:
    """Buttons that name a question; where there is a link, `Action.FULL` opens it."""
    buttons = [
        _button(ref, Action.OPEN) | {"url": link}
        if link and action is Action.FULL
        else _button(ref, action)
        for action in which
    ]
    return {"type": "actions", "elements": buttons}


def _button(ref: str, action: Action) -> Block:
    return {
        "type": "button",
        "action_id": action.value,
        "text": plain(LABELS[action]),
        "value": ref,
    }


def _feedback(ref: str) -> Block:
    faces = {
        "positive_button": ("Useful", "This answer is useful", f"{ref}:good"),
        "negative_button": ("Not useful", "This answer is not useful", f"{ref}:bad"),
    }
    element: Block = {"type": "feedback_buttons", "action_id": Action.FEEDBACK.value} | {
        name: {"text": plain(text), "accessibility_label": label, "value": value}
        for name, (text, label, value) in faces.items()
    }
    return {"type": "context_actions", "elements": [element]}


def _text(shown: Shown, head: str) -> str:
    found = shown.answer
    points = " ".join(p.text for p in found.points)
    told = f"{head}. {found.plain} {found.claim} {points} {' '.join(_small_print(shown))}"
    return escaped(told, TEXT)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
