"""What Slack documents of messages, as checks: limits of size, and what a reader could follow."""

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

MOST_BLOCKS = 50
MOST_TEXT = 40_000
TEXT_OBJECT = 3_000
ADDRESS = 3_000
LIMITS = {"header": 150, "button": 75, "plan": 150, "task_card": 150}
COUNTS = {"actions": 25, "context": 10, "context_actions": 5}
RICH = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
KNOWN = {"header", "section", "context", "actions", "context_actions", "rich_text", "plan"}
MARKUP = re.compile(r"<(?:[@#!]|https?:|mailto:)[^>]*>")


def wrong(message: Json) -> str | None:
    """Why Slack would not take a message; None where it would."""
    blocks = message.get("blocks") or []
    if not message.get("text") and not blocks:
        return "no_text"
    if len(message.get("text", "")) > MOST_TEXT:
        return "msg_too_long"
    if len(blocks) > MOST_BLOCKS or any(_wrong_block(block) for block in blocks):
        return "invalid_blocks"
    return None


def _wrong_block(block: Json) -> bool:  # noqa: PLR0911
    kind = block.get("type")
    if kind not in KNOWN:
        return True
    if kind == "header":
        return _wrong_text(block["text"], LIMITS["header"])
    if kind == "section":
        return _wrong_text(block["text"], TEXT_OBJECT)
    if kind == "plan":
        titles = [block["title"], *(t["title"] for t in block["tasks"])]
        statuses = {t["status"] for t in block["tasks"]}
        ids = [t["task_id"] for t in block["tasks"]]
        return (
            any(not 0 < len(t) <= LIMITS["plan"] for t in titles)
            or not statuses <= {"pending", "in_progress", "complete", "error"}
            or len(ids) != len(set(ids))
        )
    elements = block["elements"]
    if kind == "rich_text":
        return not elements or any(_wrong_rich(e) for e in elements)
    if not 0 < len(elements) <= COUNTS[kind]:
        return True
    if kind == "context":
        return any(_wrong_text(e, TEXT_OBJECT) for e in elements)
    ids = [e["action_id"] for e in elements]
    return len(ids) != len(set(ids)) or any(_wrong_control(e) for e in elements)


def _wrong_control(element: Json) -> bool:
    parts = [element[k] for k in ("positive_button", "negative_button") if k in element]
    return any(
        _wrong_text(part["text"], LIMITS["button"])
        or ("url" in part and _wrong_address(part["url"]))
        or part["text"]["type"] != "plain_text"
        or not 0 < len(part["value"]) <= 2_000
        or len(part.get("accessibility_label", "")) > LIMITS["button"]
        for part in parts or [element]
    )


def _wrong_rich(element: Json) -> bool:
    if element["type"] not in RICH:
        return True
    if element["type"] == "rich_text_list":
        return any(_wrong_rich(e) for e in element["elements"])
    return not element["elements"] or any(_wrong_leaf(e) for e in element["elements"])


def _wrong_leaf(leaf: Json) -> bool:
    if leaf["type"] == "text":
        return not 0 < len(leaf["text"]) <= TEXT_OBJECT
    if leaf["type"] == "link":
        return _wrong_address(leaf["url"])
    return leaf["type"] != "user"


def _wrong_address(url: str) -> bool:
    return not url.startswith(("http://", "https://")) or len(url) > ADDRESS


def _wrong_text(text: Json, most: int) -> bool:
    return text["type"] not in {"plain_text", "mrkdwn"} or not 0 < len(text["text"]) <= most


def followed(message: Json) -> list[str]:
    """Everything in a message that links, mentions or notifies."""
    found = MARKUP.findall(message.get("text", ""))
    for part in _parts(message.get("blocks") or []):
        if part.get("type") in {"plain_text", "mrkdwn"}:
            found += MARKUP.findall(part["text"])
        elif part.get("type") == "link" or (part.get("type") == "button" and "url" in part):
            found.append(part["url"])
        elif part.get("type") in {"user", "usergroup", "broadcast", "channel", "emoji", "date"}:
            found.append(str(part))
        elif "image_url" in part:
            found.append(part["image_url"])
    return found


def words(message: Json) -> str:
    """All that a reader sees of the blocks."""
    parts = _parts(message.get("blocks") or [])
    return " ".join(p["text"] for p in parts if isinstance(p.get("text"), str))


def buttons(message: Json) -> dict[str, str]:
    """Value by action of a message's buttons."""
    return {
        p["action_id"]: p["value"]
        for p in _parts(message.get("blocks") or [])
        if p.get("type") == "button"
    }


def _parts(node: Any) -> Iterator[Json]:  # noqa: ANN401
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _parts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _parts(value)
