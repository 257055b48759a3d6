"""The wheel holds our four packages and nothing else, and nobody else here owns their names."""

import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = {"agent", "retrieval", "prompts", "evals"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(out), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    [made] = out.glob("*.whl")
    return zipfile.ZipFile(made).namelist()


def test_the_wheel_ships_exactly_four_packages(wheel: list[str]) -> None:
    assert {n.split("/")[0] for n in wheel if ".dist-info/" not in n} == OURS


def test_the_wheel_carries_what_the_product_runs_on(wheel: list[str]) -> None:
    for needed in (
        "retrieval/models/all-MiniLM-L6-v2/model.int8.onnx",
        "retrieval/seeds/vetting.toml",
        "agent/verification/models/cross-encoder/model.int8.onnx",
        "agent/render/page.html.j2",
    ):
        assert needed in wheel, needed


def test_no_other_distribution_owns_our_names() -> None:
    owners = packages_distributions()
    assert {n: set(owners.get(n, [])) - {"verdict-desk"} for n in OURS} == {n: set() for n in OURS}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_pins_hashes_and_names_no_address(name: str) -> None:
    lock = (ROOT / name).read_text("utf-8")
    assert "--hash=sha256:" in lock
    assert "://" not in lock
    assert "index-url" not in lock
