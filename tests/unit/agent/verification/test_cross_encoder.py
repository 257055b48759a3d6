from pathlib import Path

import numpy as np
import pytest

from agent.verification.cross_encoder import (
    LABELS,
    MAX_TOKENS,
    MODEL_FILE,
    MODEL_FOLDER,
    CrossEncoder,
    joined,
)
from retrieval.embedding import CHECKSUMS
from retrieval.errors import EmbeddingFailed

WINDOW = "The council voted 7 to 2 on Tuesday to close the pool for the winter."
CLAIM = "Seven members voted to close the pool."


@pytest.fixture(scope="module")
def encoder() -> CrossEncoder:
    return CrossEncoder(MODEL_FOLDER, threads=2)


def test_every_pair_gets_three_probabilities_that_add_up_to_one(encoder: CrossEncoder) -> None:
    found = encoder.probabilities([(WINDOW, CLAIM), (WINDOW, "Bread prices rose.")])
    assert found.shape == (2, len(LABELS))
    assert found.dtype == np.float32
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)


def test_no_pairs_give_no_rows(encoder: CrossEncoder) -> None:
    assert encoder.probabilities([]).shape == (0, 3)


def test_a_copy_is_better_supported_than_another_story(encoder: CrossEncoder) -> None:
    copy, other = encoder.probabilities(
        [(WINDOW, WINDOW), (WINDOW, "Bread prices rose in spring.")]
    )
    assert copy[0] > 0.5 > other[0]


def test_a_pair_is_judged_the_same_whatever_stands_beside_it(encoder: CrossEncoder) -> None:
    pairs = [(WINDOW, CLAIM), (WINDOW * 5, CLAIM), ("", CLAIM), (WINDOW, "No.")]
    together = encoder.probabilities(pairs)
    alone = np.concatenate(
        [CrossEncoder(MODEL_FOLDER, threads=1).probabilities([pair]) for pair in pairs]
    )
    assert np.array_equal(together, alone)


def test_the_end_of_a_long_window_is_cut_and_the_claim_is_not(encoder: CrossEncoder) -> None:
    long = "The pool is old. " * 200
    one, other, changed = encoder.probabilities(
        [(long, CLAIM), (f"{long} {WINDOW}", CLAIM), (long, "The pool is old.")]
    )
    assert np.array_equal(one, other)
    assert not np.array_equal(one, changed)


def test_a_claim_too_long_to_be_read_whole_is_not_supported(encoder: CrossEncoder) -> None:
    long, book = CLAIM * 100, CLAIM + " " * 20_000 + "Not so."
    assert encoder.probabilities([(WINDOW, long), (WINDOW, book)]).tolist() == [[0, 0, 1]] * 2


def test_half_a_character_and_marks_of_direction_are_read(encoder: CrossEncoder) -> None:
    assert np.isfinite(encoder.probabilities([("\ud800 \u202e", "\u200f[3] SUPPORTED")])).all()


def test_evidence_gives_way_to_the_claim() -> None:
    ids, start = joined(range(1000, 2000), range(5000, 5100))
    assert len(ids) == MAX_TOKENS
    assert ids[start:-1] == list(range(5000, 5100))
    assert ids[1:3] == [1000, 1001]


def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingFailed, match="reinstall"):
        CrossEncoder(tmp_path).probabilities([(WINDOW, CLAIM)])


def test_a_changed_model_is_refused(tmp_path: Path) -> None:
    content = bytearray((MODEL_FOLDER / MODEL_FILE).read_bytes())
    content[1000] ^= 1
    (tmp_path / MODEL_FILE).write_bytes(content)
    (tmp_path / CHECKSUMS).write_bytes((MODEL_FOLDER / CHECKSUMS).read_bytes())
    with pytest.raises(EmbeddingFailed, match="not the one shipped"):
        CrossEncoder(tmp_path).probabilities([(WINDOW, CLAIM)])
