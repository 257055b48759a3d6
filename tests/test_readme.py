"""The README's console blocks, run in order in one empty home; `...` matches anything."""

import os
import re
import subprocess
import sysconfig
from pathlib import Path

import pytest

from agent.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
STEP = re.compile(r"^\$ (?P<command>.+)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
STEPS = [m for block in BLOCK.findall(README) for m in STEP.finditer(block)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def pattern(expected: str) -> str:
    return ".*".join(re.escape(part) for part in expected.strip().split("..."))


@pytest.mark.xdist_group("readme")
def test_the_commands_print_what_the_readme_shows(home: Path) -> None:
    assert len(STEPS) >= 8, "the README shows too few commands"
    scripts = sysconfig.get_path("scripts")
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("VERDICT_", "XDG_"))}
    env = plain | {"PATH": f"{scripts}:/usr/bin:/bin", "HOME": str(home), "COLUMNS": "80"}
    for step in STEPS:
        done = subprocess.run(
            ["/bin/bash", "-c", step["command"]],
            cwd=home,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        shown = re.fullmatch(pattern(step["output"]), done.stdout.strip(), re.DOTALL)
        assert shown, (step["command"], done.stdout, done.stderr)


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_named(name: str) -> None:
    assert f"`VERDICT_{name.upper()}`" in README


def test_everything_on_the_map_of_the_house_stands_there() -> None:
    house = README[README.index("## Map of the house") : README.index("The way of a claim")]
    floor = ROOT
    for line in house.splitlines():
        names = re.findall(r"[a-z_]+(?:/|\.py)", line.split("   ")[0] if line[:1] != " " else line)
        if line and not line.startswith(" ") and names:
            floor = ROOT / names[0]
            assert floor.is_dir(), line
        elif line.startswith(" "):
            assert all((floor / name).exists() for name in names), line
