"""What the commands of `agent.faces.cli` do: parse nothing, decide nothing, call the desk."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from agent import bootstrap, brief, selftest
from agent import doctor as examination
from agent.faces.failures import BadInput, Exit
from agent.faces.question import question_of
from agent.faces.terminal import (
    bar,
    counted,
    deliver,
    deliver_file,
    progress,
    require_folder_of,
    say,
)
from agent.phrases import day
from agent.render import FILES, FORMATS, render, render_file
from agent.settings import Settings
from agent.types import Insufficient, Page
from retrieval.library import Library
from retrieval.types import Filters


def configured(**typed: str | None) -> Settings:
    """The settings, with what was typed on the command line before all else.

    Raises:
        BadInput: one of them cannot be what it is set to; the message names it.
    """
    try:
        return Settings.model_validate({k: v for k, v in typed.items() if v is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(map(str, ("VERDICT", *first["loc"]))).upper()
        raise BadInput(f"{name} (or config.toml) is wrong: {first['msg']}.") from None
    except ValueError as error:  # the file is no TOML
        raise BadInput(f"config.toml cannot be read: {error}.") from None


@contextmanager
def shelf(directory: Path | None, *, create: bool = False) -> Iterator[Library]:
    """The library, opened and closed; made from the demonstration notes on first use."""
    with bar("Filling the library") as step:
        library = bootstrap.open_library(configured(), directory, create=create, progress=step)
    with library:
        yield library


def draft(
    question: str,
    as_of: date | None,
    form: str | None,
    out: Path | None,
    at: Path | None,
    *,
    model: str | None = None,
    base_url: str | None = None,
    self_test: bool = False,
) -> Exit:
    """`verdict draft`."""
    settings = configured(model=model, base_url=base_url)
    form = form or _form_of(out)
    require_folder_of(out)
    if form in FILES and out is None:
        raise BadInput(f"This form of the page is a file: add --out page.{form}.")
    with shelf(at) as library:
        made = _draft(library, question, as_of, settings)
        if out is not None and form in FILES:
            deliver_file(render_file(made, form), out)
        else:
            deliver(render(made, form), out, prose=form == "text")
    if isinstance(made, Insufficient):
        return Exit.NOT_ENOUGH_EVIDENCE
    if made.fallen:
        say(f"{counted(len(made.fallen), 'sentence')} did not stand; see --format html or json.")
    if self_test:
        say(selftest.told(selftest.self_test(made, bootstrap.build_verifier(settings))))
    return Exit.OK


def ask(claim: str, as_of: date | None, at: Path | None, *, as_json: bool) -> Exit:
    """`verdict ask`."""
    with shelf(at) as library:
        made = _draft(library, claim, as_of, configured())
    answer = brief.answer(made)
    text = answer.model_dump_json(indent=2) if as_json else brief.as_text(answer)
    deliver(text, prose=not as_json)
    return Exit.NOT_ENOUGH_EVIDENCE if isinstance(made, Insufficient) else Exit.OK


def search(query: str, k: int, as_of: date | None, at: Path | None, *, as_json: bool) -> Exit:
    """`verdict search`."""
    with shelf(at) as library:
        hits = library.search(query, k, Filters(published_to=as_of, dated_only=as_of is not None))
    if as_json:
        rows = [hit.model_dump(mode="json") for hit in hits]
        deliver(json.dumps(rows, ensure_ascii=False, indent=2))
        return Exit.OK
    lines = []
    for n, hit in enumerate(hits, 1):
        source = hit.passage.source
        when = day(source.published) if source.published else "no date"
        lines += [f"{n}. {source.title} ({source.id})"]
        lines += [f"   {source.publisher}, {when}, tier {source.tier}, score {hit.score:.2f}"]
        lines += [f"   {' '.join(hit.passage.text.split())}", ""]
    deliver("\n".join(lines) or "Nothing found.", prose=True)
    return Exit.OK


def doctor(at: Path | None, *, as_json: bool, call: bool = False) -> Exit:
    """`verdict doctor`."""
    findings = examination.examine(configured(), at, call=call)
    if as_json:
        rows = [f.model_dump(mode="json") for f in findings]
        deliver(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        deliver(examination.as_text(findings))
    return Exit(examination.status(findings))


def _draft(
    library: Library, text: str, as_of: date | None, settings: Settings
) -> Page | Insufficient:
    asked = question_of(text, as_of)
    desk = bootstrap.build_desk(settings, library)
    with progress() as step:
        made = desk.draft(asked, step)
    for note in made.usage.notes:
        say(note)
    return made


def _form_of(out: Path | None) -> str:
    """The form that a file's name asks for; text for any other name, and for stdout."""
    suffix = out.suffix.lower().lstrip(".") if out else ""
    return suffix if suffix in {*FORMATS, *FILES} else "text"
