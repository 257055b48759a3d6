"""What the documents about the project owe; what a document shows is in `test_readme.py`."""

import ast
import re
from pathlib import Path

import pytest

from tests.reference import ROOT

RECORDS = sorted(ROOT.glob("*/decisions/*.md"))
ABOUT = [ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *RECORDS]
HEADINGS = ["Context", "Decision", "Price", "What would change our minds"]
WORDS = {
    "CONTRIBUTING.md": 680,
    "SECURITY.md": 1_060,
    "agent/verification/README.md": 400,
    "agent/verification/models/cross-encoder/README.md": 450,
    "retrieval/models/all-MiniLM-L6-v2/README.md": 450,
    "evals/grader/README.md": 450,
} | {str(path.relative_to(ROOT)): 200 for path in RECORDS}
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
PLACE = re.compile(r"`((?:agent|retrieval|prompts|evals|tests)/[\w./-]*)`")
NUMBER = re.compile(r"(\d{4})-[a-z0-9-]+\.md")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize(("document", "most"), WORDS.items(), ids=WORDS)
def test_a_document_stays_within_its_length(document: str, most: int) -> None:
    assert len((ROOT / document).read_text("utf-8").split()) <= most


def test_every_threat_that_is_defended_names_a_test_that_exists() -> None:
    rows = (ROOT / "SECURITY.md").read_text("utf-8").split("| --- | --- | --- | --- |\n")[1]
    threats = rows.split("\n\n")[0].splitlines()
    named = [TEST.findall(row) for row in threats]
    assert [row.split()[1] for row in threats] == [str(n) for n in range(1, len(threats) + 1)]
    assert all(named), "a threat without a test belongs to what is not defended"
    for path, test in (found for row in named for found in row):
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        assert test in {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}, test


def test_every_test_of_a_threat_bears_the_number_that_the_table_gives_it() -> None:
    rows = (ROOT / "SECURITY.md").read_text("utf-8").splitlines()
    numbers = {test: row.split()[1] for row in rows for _, test in TEST.findall(row)}
    for path in sorted((ROOT / "tests" / "security").glob("test_*.py")):
        for found in re.findall(r"^def (test_(\d\d)_\w+)", path.read_text("utf-8"), re.MULTILINE):
            listed = numbers.get(found[0], str(int(found[1])))
            assert int(listed) == int(found[1]), found[0]
    assert {int(n) for test, n in numbers.items() if re.match(r"test_\d\d_", test)} >= {1, 2, 3, 17}


@pytest.mark.parametrize("path", ABOUT, ids=name)
def test_files_that_are_named_by_their_whole_path_exist(path: Path) -> None:
    named = PLACE.findall(path.read_text("utf-8"))
    assert [place for place in named if not (ROOT / place).exists()] == []


@pytest.mark.parametrize("path", RECORDS, ids=name)
def test_a_decision_has_its_four_headings_and_its_number(path: Path) -> None:
    text = path.read_text("utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    numbered = NUMBER.fullmatch(path.name)
    assert numbered
    assert text.startswith(f"# {int(numbered[1])}. ")
