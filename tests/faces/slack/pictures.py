"""Our messages as a phone shows them, drawn by Chromium from their blocks.

    python -m tests.faces.slack.pictures agent/faces/slack/pictures

Answers come from the desk over the demonstration library. The drawing follows Slack's own apps in
widths, sizes and wrapping, as far as they can be seen from outside; only blocks that the desk sends
are known. Needs Chromium (`CHROMIUM` names another) and Pillow.
"""

import html
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final

from agent import bootstrap
from agent.faces.slack import messages
from agent.faces.slack.messages import AnswerView, Message, answer_buttons, answer_message
from agent.service import Desk
from agent.settings import Settings
from agent.types import Question
from tests.fakes import MemoryStore

Json = dict[str, Any]
WIDTH: Final = 390
"""Of a phone, in pixels of a style sheet."""
ROOM: Final = 200
"""Pixels that a window without a head takes for itself."""
SCALE: Final = 1.5
DAY: Final = date(2026, 11, 22)
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
STYLE: Final = """
body { margin: 0; padding: 12px 16px; width: 358px; background: #fff; color: #1d1c1d;
  font: 16px/1.38 Lato, "Noto Sans", "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
.by { display: flex; gap: 8px; align-items: baseline; font-weight: 900; }
.by small { font-weight: 400; color: #616061; font-size: 13px; }
.app { background: #e8e8e8; border-radius: 3px; font-size: 11px; padding: 0 4px; color: #616061; }
.only { color: #616061; font-size: 13px; margin-bottom: 4px; }
.block { margin: 8px 0; }
.header { font-size: 19px; font-weight: 900; }
.quote { border-left: 4px solid #ddd; padding-left: 10px; margin: 4px 0; color: #454245; }
a { color: #1264a3; text-decoration: none; }
ol { margin: 4px 0; padding-left: 26px; }
.context { display: flex; flex-wrap: wrap; gap: 2px 8px; font-size: 13px; color: #616061; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; }
.button { border: 1px solid #bbb; border-radius: 6px; padding: 6px 12px; font-weight: 700;
  font-size: 15px; }
.faces { display: flex; gap: 16px; color: #616061; font-size: 13px; }
.plan { border: 1px solid #ddd; border-radius: 10px; padding: 10px 12px; }
.task { display: flex; gap: 8px; color: #616061; }
.task.in_progress { color: #1d1c1d; font-weight: 700; }
"""
SIGNS: Final = {"complete": "✓", "in_progress": "◌", "pending": "·"}


def drawn(made: Message, *, private: bool) -> str:
    """The page that shows one message."""
    only = '<div class="only">Only visible to you</div>' if private else ""
    by = '<div class="by">Verdict Desk <span class="app">APP</span> <small>10:24</small></div>'
    body = "".join(f'<div class="block">{_block(block)}</div>' for block in made.blocks)
    return (
        f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style>{only}{by}{body}'
        "<script>document.documentElement.id = 'h' + document.body.scrollHeight</script>"
    )


def _block(block: Json) -> str:
    match block["type"]:
        case "header":
            return f'<div class="header">{_text(block["text"]["text"])}</div>'
        case "rich_text":
            return "".join(map(_rich, block["elements"]))
        case "context":
            lines = (f"<span>{_text(e['text'])}</span>" for e in block["elements"])
            return f'<div class="context">{"".join(lines)}</div>'
        case "actions":
            labels = (f'<span class="button">{_text(_label(e))}</span>' for e in block["elements"])
            return f'<div class="actions">{"".join(labels)}</div>'
        case "context_actions":
            return '<div class="faces"><span>👍 Useful</span><span>👎 Not useful</span></div>'
        case "plan":
            tasks = "".join(map(_task, block["tasks"]))
            return f'<div class="plan"><b>{_text(block["title"])}</b>{tasks}</div>'
    raise ValueError(f"no drawing for the block {block['type']!r}")


def _label(button: Json) -> str:
    text: str = button["text"]["text"]
    return text


def _rich(element: Json) -> str:
    inside = "".join(map(_leaf, element["elements"]))
    match element["type"]:
        case "rich_text_section":
            return f"<div>{inside}</div>"
        case "rich_text_quote":
            return f'<div class="quote">{inside}</div>'
        case "rich_text_list":
            items = "".join(f"<li>{_rich(e)}</li>" for e in element["elements"])
            return f"<ol>{items}</ol>"
    raise ValueError(f"no drawing for the element {element['type']!r}")


def _leaf(leaf: Json) -> str:
    if leaf["type"] == "rich_text_section":
        return ""  # an item of a list, drawn there
    if leaf["type"] == "user":
        return '<a href="#">@Anna</a>'
    text = _text(leaf["text"])
    if leaf["type"] == "link":
        return f'<a href="#">{text}</a>'
    style = leaf.get("style", {})
    text = f"<b>{text}</b>" if style.get("bold") else text
    return f"<i>{text}</i>" if style.get("italic") else text


def _task(task: Json) -> str:
    status = task["status"]
    return f'<div class="task {status}"><span>{SIGNS[status]}</span>{_text(task["title"])}</div>'


def _text(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


@contextmanager
def desk() -> Iterator[Desk]:
    """The desk over the demonstration library, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(library=Path(folder) / "library")
        with bootstrap.open_library(settings) as library:
            yield bootstrap.build_desk(settings, library, MemoryStore())


def answered(desk: Desk, claim: str) -> Message:
    """What a person who asks in a channel sees."""
    made = desk.draft(Question(text=claim, asked_on=DAY))
    buttons = answer_buttons(private=True, editors=True, earlier=False)
    return answer_message(AnswerView.of(made, "ref", buttons))


def examples() -> Iterator[tuple[str, Message, bool]]:
    """Name, message, and whether the asker alone sees it."""
    with desk() as opened:
        yield "refuted", answered(opened, "Is the Great Wall of China visible from the Moon?"), True
        yield "unproven", answered(opened, "Does aspartame cause cancer?"), True
        yield "nothing", answered(opened, "Venezuela has the largest oil reserves."), True
    claims = ("Vaccines cause autism.", "Aspartame causes cancer.")
    yield "which", messages.choose_claim_notice(claims, "ref"), True
    yield "steps", messages.progress_message("check"), False
    yield "offer", messages.show_answer_notice("Vaccines cause autism.", "ref"), True


def shoot(page: str, out: Path) -> None:
    """Draw a page as high as it is, in few colours: the file stays small."""
    from PIL import Image  # noqa: PLC0415  (only here)

    with tempfile.TemporaryDirectory() as folder:
        held = Path(folder) / "page.html"
        held.write_text(page, "utf-8")
        browser = [os.environ.get("CHROMIUM", "chromium"), *FLAGS, f"--user-data-dir={folder}/user"]
        size = f"--window-size={WIDTH},{{}}"
        seen = _run([*browser, size.format(800), "--dump-dom", held.as_uri()])
        found = re.search(r'<html id="h(\d+)"', seen)
        assert found, seen
        height = int(found[1])
        tall = size.format(height + ROOM)
        options = [tall, f"--force-device-scale-factor={SCALE}", f"--screenshot={out}"]
        _run([*browser, *options, held.as_uri()])
    with Image.open(out) as whole:
        whole.crop((0, 0, whole.width, round(height * SCALE))).quantize(32).save(out, optimize=True)


def _run(command: list[str]) -> str:
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    return done.stdout


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, made, private in examples():
        shoot(drawn(made, private=private), folder / f"{name}.png")
