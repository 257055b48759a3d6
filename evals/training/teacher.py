"""Labels from a teacher model over your own library, to train the cross-encoder on.

    python -m evals.training.teacher --out ROWS.jsonl [--library DIR] [--rows 2000] [-- TRAINING]

Sentences of the library are put beside the passages of other sources that come nearest to them, and
the configured language model says whether the passage carries the sentence. Labelled rows are kept
as they come; the command goes on where it stopped. What stands behind `--` is handed to
`evals.training.verifier.train`, which then trains on the rows as well.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import islice
from pathlib import Path

from agent import bootstrap
from agent.ports import Chat, PassageStore
from agent.settings import Settings
from agent.types import ClaimEvidence, EvidenceSpan
from agent.verification.model import ask_rulings
from retrieval.sentences import split_sentences
from retrieval.types import Passage

SEED = 21
AT_ONCE = 12
"""Pairs of one question."""
NEAR = 3
"""Passages of other sources that a sentence is put beside."""
SHORTEST, LONGEST = 6, 40
"""Words of a sentence that is worth a question."""


def main() -> None:
    """Label, and train where asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="file of labelled rows")
    parser.add_argument("--library", type=Path, help="library to take passages from")
    parser.add_argument("--rows", type=int, default=2000, help="rows to label in all")
    typed = sys.argv[1:]
    at = typed.index("--") if "--" in typed else len(typed)
    options, training = parser.parse_args(typed[:at]), typed[at + 1 :]
    settings = Settings()
    if not settings.uses_model:
        parser.error("a teacher is a language model: set VERDICT_BASE_URL or VERDICT_API_KEY")
    budget = bootstrap.build_budget(settings)
    with bootstrap.open_library(settings, options.library) as library, budget.open():
        label_pairs(library, bootstrap.build_chat(settings, budget), options.out, options.rows)
    if training:
        from evals.training.verifier import train  # noqa: PLC0415 - needs torch

        train.main([*training, "--extra", str(options.out)])


def label_pairs(library: PassageStore, teacher: Chat, out: Path, rows: int) -> int:
    """Append labelled rows to `out` until it holds `rows`; return how many it holds.

    Raises:
        ChatError: the teacher failed; what is labelled is kept.
    """
    done = _read_done(out)
    fresh = (pair for pair in draw_pairs(library) if _pair_id(pair) not in done)
    while len(done) < rows and (asked := list(islice(fresh, min(AT_ONCE, rows - len(done))))):
        answers = ask_rulings(teacher, dict(enumerate(asked)))
        with out.open("a", encoding="utf-8") as file:
            for n, ruling in answers.items():
                row = _label_row(asked[n], ruling.support)
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                done.add(_pair_id(asked[n]))
    return len(done)


def draw_pairs(library: PassageStore) -> Iterator[ClaimEvidence]:
    """Sentences beside near passages of other sources, in an order that the seed fixes."""
    held = (passage for block, _ in library.scan() for passage in block)
    found = [(passage, text) for passage in held for text in _worthy_sentences(passage)]
    random.Random(SEED).shuffle(found)
    for passage, text in found:
        hits = library.search(text, 4 * NEAR)
        others = [h.passage for h in hits if h.passage.source.origin != passage.source.origin]
        for other in others[:NEAR]:
            yield ClaimEvidence(claim=text, evidence=(EvidenceSpan(text=other.text),))


def _worthy_sentences(passage: Passage) -> list[str]:
    found = (passage.text[start:end].strip() for start, end in split_sentences(passage.text))
    return [text for text in found if SHORTEST <= len(text.split()) <= LONGEST]


def _pair_id(pair: ClaimEvidence) -> str:
    text = json.dumps([pair.claim, pair.evidence[0].text])
    return sha256(text.encode()).hexdigest()[:16]


def _label_row(pair: ClaimEvidence, said: str) -> dict[str, str | list[str]]:
    return {
        "id": _pair_id(pair),
        "claim": pair.claim,
        "evidence": [pair.evidence[0].text],
        "label": said,
        "source": "teacher",
    }


def _read_done(out: Path) -> set[str]:
    """Names of the rows in `out`; half a line that a stopped run left behind is taken away."""
    if not out.exists():
        return set()
    lines = out.read_text(encoding="utf-8").splitlines(keepends=True)
    whole: Sequence[str] = [line for line in lines if line.endswith("\n")]
    out.write_text("".join(whole), encoding="utf-8")
    return {json.loads(line)["id"] for line in whole}


if __name__ == "__main__":
    main()
