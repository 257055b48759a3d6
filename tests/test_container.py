"""Dockerfile and compose file hold what they promise, as far as can be seen without Docker."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from agent.faces.cli.app import app
from agent.settings import Settings

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
OURS = ("web", "worker")


def test_it_runs_as_nobody_special_and_is_looked_after() -> None:
    final = DOCKERFILE.rsplit("FROM ", 1)[1]
    user = re.findall(r"^USER (\S+)", final, re.MULTILINE)
    assert user == ["10001"]
    assert "--uid 10001" in final
    assert "HEALTHCHECK" in final
    assert "/api/v1/health" in final


def test_what_it_installs_is_pinned_by_hash() -> None:
    assert "--require-hashes" in DOCKERFILE
    assert not re.search(r"FROM \S+:latest|FROM [^:\s]+\s", DOCKERFILE)
    assert all(":" in SERVICES[name].get("image", "") for name in ("database",))


def test_no_secret_stands_in_it() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|KEY|TOKEN", name):
                assert re.fullmatch(r"\$\{\w+(:\?[^}]*|:-)\}", value), name
    assert not re.search(r"(?i)(password|token|api_key)\s*=\s*\S", DOCKERFILE)


@pytest.mark.parametrize("name", OURS)
def test_every_setting_is_one_that_is_read(name: str) -> None:
    known = {f"VERDICT_{field}".upper() for field in Settings.model_fields}
    assert set(SERVICES[name]["environment"]) <= known


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_that_there_is(name: str) -> None:
    command, *options = SERVICES[name]["command"]
    found = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    groups = {
        c.name or (c.callback.__name__ if c.callback else "")
        for group in app.registered_groups
        if group.typer_instance
        for c in group.typer_instance.registered_commands
    }
    assert command in found | groups
    assert all(option.startswith("--") or option == "0.0.0.0" for option in options)  # noqa: S104


@pytest.mark.parametrize("name", OURS)
def test_a_service_may_do_no_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_the_image_can_be_built() -> None:
    docker = shutil.which("docker")
    running = (
        docker and not subprocess.run([docker, "info"], capture_output=True, check=False).returncode
    )
    if not docker or not running:
        pytest.skip("no Docker engine runs on this machine")
    subprocess.run([docker, "build", "--quiet", str(ROOT)], check=True, timeout=1_500)
