"""What a key may be, and to which question it belongs."""

from agent.jobs.port import LONGEST_KEY, Job, KeyTaken
from agent.types import Question


def require_key(key: str) -> None:
    """Refuse what cannot name a job.

    Raises:
        KeyTaken: it is empty, too long or holds what cannot be printed.
    """
    if not key.strip() or len(key) > LONGEST_KEY or not key.isprintable():
        raise KeyTaken(f"{key[:40]!r} cannot be a key. Use 1 to {LONGEST_KEY} printable signs.")


def require_same(known: Job, question: Question) -> None:
    """Refuse a key that was given to something else; the day on which it is asked may differ.

    Raises:
        KeyTaken: the key belongs to another question.
    """
    asked = known.question
    if (asked.text, asked.as_of) != (question.text, question.as_of):
        raise KeyTaken(
            f"The key {known.id!r} belongs to another question ({asked.text[:80]!r}). "
            "Give each question a key of its own."
        )
