"""What every answer type is, and the words that they share."""

from pydantic import BaseModel


class Answer(BaseModel, frozen=True, extra="forbid"):
    """Closed, every field required and none constrained: strict JSON schemas allow no more."""


class Quote(Answer):
    """The words of a passage that carry a sentence."""

    passage: str
    words: str
