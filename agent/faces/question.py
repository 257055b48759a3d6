"""What every face makes of the words that somebody asked with."""

from datetime import date
from typing import Final

from agent.bootstrap import today
from agent.faces.failures import BadInput
from agent.types import Question

MOST: Final = 4_000
"""Characters of a question; longer texts belong in a file for `verdict check`."""


def question_of(text: str, as_of: date | None = None) -> Question:
    """The question that a text asks, on today's date.

    Raises:
        BadInput: it is empty or too long.
    """
    if not text.strip():
        raise BadInput(
            'The question is empty. Ask for example "Is the Great Wall visible from space?"'
        )
    if len(text) > MOST:
        raise BadInput(
            f"The question has {len(text)} characters; at most {MOST} are read. Ask one claim, or "
            "put the text in a file and run `verdict check`."
        )
    return Question(text=" ".join(text.split()), asked_on=today(), as_of=as_of)
