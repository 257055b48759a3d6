"""The commands of the recipes say how they are called, where their packages are there."""

import sys

import pytest

COMMANDS = (
    *("export_embedder", "measure_grader", "teacher", "train_grader"),
    *("verifier.export", "verifier.finetune", "verifier.measure", "verifier.recipe"),
    "verifier.train",
)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_how_it_is_called(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reason = "the extra `training` is not installed"
    command = pytest.importorskip(f"evals.training.{name}", reason=reason)
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert not ended.value.code
    assert "usage:" in capsys.readouterr().out
