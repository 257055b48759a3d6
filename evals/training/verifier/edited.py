"""Near misses of true sentences, beside the sentences themselves."""

import random
from collections.abc import Iterator, Sequence

from agent.audit.corruptions import Edit, edits
from evals.training.verifier.examples import (
    CONTRADICTED,
    NEITHER,
    SUPPORTED,
    WINDOW,
    Example,
    Group,
    Row,
)
from evals.training.verifier.windows import FRAMES, Neighbours, framed, padded, shortened

_COMMON = frozenset({"name", "roles", "negation", "opposite", "detail", "number", "date"})
"""Kinds of edit that most sentences allow."""


def edited_claims(rows: Sequence[Row], chance: random.Random) -> Iterator[Group]:
    """A supported claim, and a near miss of it, on the same evidence."""
    for row in rows:
        evidence = " ".join(row["evidence"])
        made = [e for e in edits(row["claim"], evidence, chance) if e.kind != "detail"]
        if made:
            edit = _chosen(made, chance)[0]
            right = Example(evidence, row["claim"], SUPPORTED, "cited", row["claim"])
            yield right, _miss(evidence, edit, edit.text, row["claim"], "edited")


def copies(
    rows: Sequence[Row], pages: Sequence[Row], near: Neighbours, chance: random.Random
) -> Iterator[Group]:
    """A sentence of the window, word for word or shortened, and near misses of it.

    Where the edit works both ways it is put into the window too, so that what is right in one
    window is wrong in the other and the claim alone tells nothing.
    """
    whole = [p for row in rows for p in row["evidence"]]
    news = [s for page in pages for s in _sentences(page)] * 2
    sentences = [p for p in dict.fromkeys(whole + news) if 8 <= len(p.split()) <= 45]
    for sentence in chance.sample(sentences, len(sentences)):
        if not sentence.endswith(".") or ". " in sentence:
            continue
        others = near.near(sentence, chance.choice((0, 1, 2, 4)) + 1, overlap=0.5)
        claim = shortened(sentence, chance)
        made = list(edits(claim, " ".join(others), chance))
        ordinary = _COMMON.issuperset(edit.kind for edit in made)
        if not made or not others or (ordinary and chance.random() < 0.6):
            continue
        pads = others if chance.random() < 0.6 else []
        yield _contrast(sentence, claim, _chosen(made, chance), pads, chance)


def _chosen(made: Sequence[Edit], chance: random.Random) -> list[Edit]:
    """Take two edits, the rarer kinds first."""
    mixed = chance.sample(made, len(made))
    return sorted(mixed, key=lambda edit: edit.kind in _COMMON)[:2]


def _contrast(
    sentence: str,
    claim: str,
    made: Sequence[Edit],
    pads: Sequence[str],
    chance: random.Random,
) -> Group:
    frame = chance.choice(FRAMES)
    window = padded((sentence,), pads, WINDOW, chance)
    said = framed(claim, frame)
    group = [Example(window, said, SUPPORTED, "copies", said)]
    group += [_miss(window, e, framed(e.text, frame), said, "copies") for e in made]
    edit = made[0]
    if edit.mirror or edit.kind == "detail":
        other = padded((edit.text,), pads, WINDOW, chance)
        wrong = framed(edit.text, frame)
        group.append(Example(other, wrong, SUPPORTED, "copies", wrong))
        if edit.mirror:
            group.append(_miss(other, edit, said, wrong, "copies"))
        else:
            group.append(Example(other, said, SUPPORTED, "copies", said))
    return tuple(group)


def _miss(window: str, edit: Edit, claim: str, original: str, source: str) -> Example:
    label = CONTRADICTED if edit.contradicts else NEITHER
    return Example(window, claim, label, f"{source}/{edit.kind}", original)


def _sentences(row: Row) -> list[str]:
    text = " ".join(" ".join(row["evidence"]).split())
    return [s for s in text.replace(". ", ".\n").split("\n") if "#" not in s and "|" not in s]
