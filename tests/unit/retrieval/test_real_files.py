"""The measure of real files, on files made here."""

from pathlib import Path

from tests.real_files import compare, main
from tests.unit.retrieval import files


def test_a_file_whose_stored_text_lacks_words_is_doubtful(tmp_path: Path) -> None:
    seen = [(60.0, 700.0, 11.0, "", "The orchard of Marrow sold 310 tons of pears.")]
    hidden = [(60.0, 600.0, 11.0, "1 1 1 rg", "Nobody should believe 999 hidden words here.")]
    (tmp_path / "plain.pdf").write_bytes(files.typeset(seen))
    assert main(tmp_path) == 0
    (tmp_path / "white.pdf").write_bytes(files.typeset([*seen, *hidden]))
    assert main(tmp_path) == 1


def test_a_refusal_of_a_file_with_words_is_doubtful(tmp_path: Path) -> None:
    path = tmp_path / "plain.pdf"
    path.write_bytes(files.typeset([(60.0, 700.0, 11.0, "", "The orchard sold 310 tons.")]))
    (said,) = compare(path, None)
    assert said.startswith("refused, but 2 words can be read")
