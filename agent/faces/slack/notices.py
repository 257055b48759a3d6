"""Every message that is not an answer: what is needed, which claim, how far, what went wrong."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from agent.faces.slack.blocks import Action, Message, actions
from agent.faces.slack.inert import Block, escaped, ours, plain, quote, rich, said, section
from agent.faces.terminal import STEPS

CHOICE: Final = 300
"""Characters shown of each claim to choose from."""


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
BUSY: Final = "Many drafts are being made. Yours waits its turn; nothing more to do."
DOUBT: Final = "I was interrupted while I answered this. If you see no answer, press the button."
GONE: Final = "This answer is no longer kept. Ask again and I check it anew."
SHARED: Final = "Shared with everyone here."
NOBODY: Final = "Nobody else reads this conversation. Copy the answer, or ask in a channel."
DRAFT_HERE: Final = "The full draft is in the thread."
DRAFT_SENT: Final = "The full draft is in your direct messages with me."
EDITOR_ASKED: Final = "An editor has been asked."
NOT_ALLOWED: Final = "This desk does not answer in your workspace. Ask the person who runs it."
NOT_NOW: Final = "That did not work. Please try again; the person who runs the desk has a log."
PROMPTS: Final = (
    ("Is a rumour true?", "Is the Great Wall of China visible from the Moon?"),
    ("Check a health claim", "Does aspartame cause cancer?"),
    ("Check a claim on the news", "Are nyc cops taking down I.C.E. agents?"),
)


def note(text: str) -> Message:
    """Words of ours."""
    return Message(text, (rich(section(ours(text))),))


def needs(need: Need) -> Message:
    return note(NEEDS[need])


def limited(whose: str, an_hour: int) -> Message:
    """Too many questions were asked.

    Args:
        whose: "user" or "channel".
        an_hour: how many are answered.
    """
    subject = "You have" if whose == "user" else "This channel has"
    return note(
        f"{subject} asked {an_hour} questions within the hour. Please wait, then ask again."
    )


def failed(reason: str) -> Message:
    """The draft could not be made."""
    head = "I could not check this."
    return Message(
        escaped(f"{head} {reason}", 500),
        (rich(section(ours(f"{head} "), said(reason, most=500))),),
    )


def offer(claim: str, ref: str) -> Message:
    """Whether an answer arrived is not known: it comes when it is asked for, and not twice."""
    asked = quote(said(claim, most=CHOICE))
    blocks = (rich(asked, section(ours(DOUBT))), actions(ref, [Action.SHOW]))
    return Message(escaped(f"{DOUBT} {claim}", 500), blocks)


def which(claims: Sequence[str], ref: str) -> Message:
    """Several claims in one message: one is chosen."""
    head = "There is more than one claim here. Which one shall I check?"
    items = [section(said(claim, most=CHOICE)) for claim in claims]
    listed: Block = {"type": "rich_text_list", "style": "ordered", "elements": items}
    buttons = [
        {
            "type": "button",
            "action_id": f"{Action.CHOOSE.value}:{n}",
            "text": plain(f"Check {n + 1}"),
            "value": f"{ref}:{n}",
        }
        for n in range(len(claims))
    ]
    blocks = (
        rich(section(ours(head)), listed),
        {"type": "actions", "elements": buttons},
    )
    numbered = " ".join(f"{n}. {claim}" for n, claim in enumerate(claims, 1))
    return Message(escaped(f"{head} {numbered}", 3_000), blocks)


def plan(step: str) -> Message:
    """The steps of a draft, with the one that runs.

    Args:
        step: as `Desk.draft` names it; "" before the first.
    """
    names = list(STEPS)
    now = names.index(step) if step in names else -1
    tasks = [
        {"type": "task_card", "task_id": name, "title": STEPS[name], "status": _status(n, now)}
        for n, name in enumerate(names)
    ]
    title = "Checking your claim"
    doing = f"{title}: {STEPS[step].lower()}" if step in STEPS else title
    return Message(f"{doing} …", ({"type": "plan", "title": title, "tasks": tasks},))


def doing(step: str) -> str:
    """The status beside our name: "is searching the library …"."""
    return f"is {STEPS.get(step, 'checking').lower()} …"


def _status(position: int, now: int) -> str:
    if position == now:
        return "in_progress"
    return "complete" if position < now else "pending"
