"""The verifier's training mixture: real pairs, and contrast pairs derived from them.

Every row is (evidence window, claim, label). Rows of one group differ in a few words or in one
passage and have different labels; they are trained in one batch. Nothing here needs a language
model: evidence is deleted, padded or exchanged, sentences are copied, shortened or edited.
"""

import itertools
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from evals.training.verifier.examples import (
    LABELS,
    NEITHER,
    SUPPORTED,
    WINDOW,
    Example,
    Group,
    Neighbours,
    Row,
    are_alike,
    edit_claims,
    find_words,
    make_copies,
    pad_window,
    read_rows,
)

FILES = (
    *("vitaminc_real", "fever_train", "fever_conjunctions", "cad_snli"),
    *("multinli_sample", "fm2_dev", "wice_partial_subclaims"),
)
CAPS = {
    "vitaminc": 20_000,  # cases of two or four rows
    "fever": 80_000,
    "fever_padded": 30_000,
    "conjunctions": 5_000,
    "joined": 9_000,
    "cad_snli": 12_000,
    "multinli": 10_000,
    "multinli_padded": 10_000,
    "fm2": 1_200,
    "wice": 300,
    "copies": 4_000,
    "edited_claims": 4_000,
    "neighbours": 6_000,
}
"""Groups of each kind at most. What is labelled by people is taken whole."""
_JOINTS = ("; ", ", and ", ", while ", " and ")
_PAGE_CAP = 60
"""Groups about one page: the pandemic's statistics would otherwise fill a tenth of VitaminC."""


def build_mixture(folder: Path, seed: int) -> list[Group]:
    """Build the groups from the `*.jsonl.gz` files of `folder`, shuffled.

    The same files and seed give the same groups.
    """
    chance = random.Random(seed)
    read = {name: read_rows(folder / f"{name}.jsonl.gz") for name in FILES}
    fever, vitaminc = read["fever_train"], read["vitaminc_real"]
    passages = [p for row in (*fever, *vitaminc, *read["fm2_dev"]) for p in row["evidence"]]
    near = Neighbours([p for p in passages if 6 <= len(p.split()) <= 60])
    every = (*fever, *vitaminc, *read["fm2_dev"], *read["multinli_sample"])
    real = [row for row in every if row["label"] == "supported"]
    makers: dict[str, Iterator[Group]] = {
        "vitaminc": _vitaminc_cases(vitaminc, chance),
        "fever": _plain_rows(_balance_overlap(fever, chance), "fever", near, chance),
        "fever_padded": _delete_evidence(fever, near, chance),
        "conjunctions": _conjunctions(read["fever_conjunctions"], chance),
        "joined": _join_claims([row for row in real if row["source"] != "multinli"], near, chance),
        "cad_snli": _plain_rows(_shuffle_rows(read["cad_snli"], chance), "cad_snli", None, chance),
        "multinli": _plain_rows(
            _balance_overlap(read["multinli_sample"], chance), "multinli", None, chance
        ),
        "multinli_padded": _pad_premises(read["multinli_sample"], chance),
        "fm2": _plain_rows(_shuffle_rows(read["fm2_dev"], chance), "fm2", near, chance),
        "wice": _partial_windows(read["wice_partial_subclaims"]),
        "copies": make_copies(real, read["wice_partial_subclaims"], near, chance),
        "edited_claims": edit_claims(_shuffle_rows(real, chance), chance),
        "neighbours": _exchange_passages(_shuffle_rows(real, chance), near),
    }
    groups = [g for name, made in makers.items() for g in itertools.islice(made, CAPS[name])]
    chance.shuffle(groups)
    return groups


def read_own(path: Path) -> list[Group]:
    """Rows of your own, `{"claim", "evidence": [passage, ...], "label"}` a line, a group each."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [
        (Example(" ".join(row["evidence"]), row["claim"], LABELS[row["label"]], "own"),)
        for row in rows
    ]


def _shuffle_rows(rows: Sequence[Row], chance: random.Random) -> list[Row]:
    return chance.sample(rows, len(rows))


def _balance_overlap(rows: Sequence[Row], chance: random.Random) -> list[Row]:
    """Take as many supported rows as others from each degree of overlap in words.

    So common words tell nothing of the label: free rewording stands, and near copies fall.
    """
    piles: dict[tuple[int, bool], list[Row]] = defaultdict(list)
    for row in _shuffle_rows(rows, chance):
        said = {word for word in find_words(row["claim"]) if len(word) > 3}
        shared = len(said.intersection(find_words(" ".join(row["evidence"])))) / max(1, len(said))
        piles[min(4, int(shared * 5)), row["label"] == "supported"].append(row)
    columns = [
        list(zip(piles[degree, True], piles[degree, False], strict=False)) for degree in range(5)
    ]
    turns = itertools.zip_longest(*columns)
    return [row for turn in turns for pair in turn if pair for row in pair]


def _plain_rows(
    rows: Sequence[Row], kind: str, near: Neighbours | None, chance: random.Random
) -> Iterator[Group]:
    """Rows as they are; with neighbours given, half get a longer window."""
    for row in rows:
        others: list[str] = []
        if near and chance.random() < 0.5:
            others = near.near(row["claim"], chance.randint(1, 4))
        evidence = pad_window(row["evidence"], others, WINDOW, chance)
        yield (Example(evidence, row["claim"], LABELS[row["label"]], kind),)


def _pad_premises(rows: Sequence[Row], chance: random.Random) -> Iterator[Group]:
    """Free rewordings whose premise stands among others: it must be found first."""
    near = Neighbours([p for row in rows for p in row["evidence"]])
    for row in _balance_overlap(rows, chance):
        others = [p for p in near.near(row["claim"], 5) if p not in row["evidence"]]
        evidence = pad_window(row["evidence"], others[: chance.randint(1, 4)], WINDOW, chance)
        yield (Example(evidence, row["claim"], LABELS[row["label"]], "multinli_padded"),)


def _vitaminc_cases(rows: Sequence[Row], chance: random.Random) -> Iterator[Group]:
    """All rows of a case: the same claims before and after an edit of the article."""
    cases: dict[str, list[Row]] = defaultdict(list)
    pages: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        cases[row["meta"]["case_id"]].append(row)
        pages[row["meta"]["page"]] += row["evidence"]
    used: dict[str, int] = defaultdict(int)
    for case in chance.sample(list(cases.values()), len(cases)):
        page = case[0]["meta"]["page"]
        used[page] += 1
        if used[page] > _PAGE_CAP:
            continue
        taken = {p for row in case for p in row["evidence"]}
        others = [p for p in pages[page] if not any(are_alike(p, t) for t in taken)]
        pads = chance.sample(others, min(len(others), 4)) if chance.random() < 0.3 else []
        yield tuple(
            Example(
                pad_window(row["evidence"], pads, WINDOW, chance),
                row["claim"],
                LABELS[row["label"]],
                "vitaminc",
            )
            for row in case
        )


def _delete_evidence(
    rows: Sequence[Row], near: Neighbours, chance: random.Random
) -> Iterator[Group]:
    """A long window that carries the claim, and the same window without what carries it."""
    for row in _shuffle_rows([r for r in rows if r["label"] != "unsupported"], chance):
        at = row["meta"].get("gold_index", range(len(row["evidence"])))
        gold = [row["evidence"][n] for n in at]
        found = near.near(row["claim"], 6, overlap=0.6)
        others = [p for p in found if not any(are_alike(p, g) for g in row["evidence"])]
        if len(others) < 2:
            continue
        yield (
            Example(
                pad_window(gold, others, WINDOW, chance),
                row["claim"],
                LABELS[row["label"]],
                "fever_padded",
            ),
            Example(pad_window((), others, WINDOW, chance), row["claim"], NEITHER, "fever_deleted"),
        )


def _conjunctions(rows: Sequence[Row], chance: random.Random) -> Iterator[Group]:
    """Two facts in one sentence: with both passages, with one, with one refuted."""
    families: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        families[row["id"].rsplit("-", 1)[0]].append(row)
    for family in chance.sample(list(families.values()), len(families)):
        yield tuple(
            Example(
                pad_window(row["evidence"], (), WINDOW, chance),
                row["claim"],
                LABELS[row["label"]],
                "conjunctions",
            )
            for row in family
        )


def _join_claims(rows: Sequence[Row], near: Neighbours, chance: random.Random) -> Iterator[Group]:
    """Two unrelated supported claims in one sentence: with both passages, and without one."""
    drawn = _shuffle_rows([row for row in rows if len(row["claim"].split()) <= 20], chance)
    for first, second in zip(drawn[::2], drawn[1::2], strict=False):
        claim = f"{first['claim'].rstrip(' .')}{chance.choice(_JOINTS)}{second['claim']}"
        others = near.near(second["claim"], 3, overlap=0.6)
        if not others:
            continue
        both, one = (*first["evidence"], *second["evidence"]), (*first["evidence"], others[0])
        pads = others[1:]
        yield (
            Example(pad_window(both, pads, WINDOW, chance), claim, SUPPORTED, "joined"),
            Example(pad_window(one, pads, WINDOW, chance), claim, NEITHER, "joined"),
        )


def _partial_windows(rows: Sequence[Row]) -> Iterator[Group]:
    """The stretch of a web page around the sentence that carries a part of the claim."""
    for row in rows:
        page = " ".join(" ".join(row["evidence"]).split())
        gold = [s for known in row["meta"]["gold"] for s in known if s in page]
        if gold:
            middle = len(page[: page.index(gold[0])].split())
            start = max(0, middle - WINDOW // 3)
            window = " ".join(page.split()[start : start + WINDOW])
            yield (Example(window, row["claim"], NEITHER, "wice"),)


def _exchange_passages(rows: Sequence[Row], near: Neighbours) -> Iterator[Group]:
    """A supported claim that cites the wrong passage, one that looks right."""
    for row in rows:
        wrong = [p for p in near.near(row["claim"], 2, overlap=0.6) if p not in row["evidence"]]
        right = Example(" ".join(row["evidence"]), row["claim"], SUPPORTED, "cited")
        for passage in wrong[:1]:
            yield right, Example(passage, row["claim"], NEITHER, "neighbours")
