"""Prompts are data: fingerprinted, typed, and filled in without being read as templates."""

import importlib
import json

import pytest
from pydantic import BaseModel, ValidationError

from prompts import NAMES, Prompt, load, lock, parse
from prompts.base import Answer
from prompts.repair import RepairAnswer
from retrieval.tokens import count


def answer_type(prompt: Prompt) -> type[BaseModel]:
    found: type[BaseModel] = getattr(
        importlib.import_module(f"prompts.{prompt.name}"), prompt.answer
    )
    return found


@pytest.fixture(params=NAMES)
def prompt(request: pytest.FixtureRequest) -> Prompt:
    name: str = request.param
    return load(name)


def test_a_changed_prompt_changes_its_fingerprint_in_the_lock() -> None:
    assert lock() == {name: load(name).fingerprint for name in NAMES}


def test_a_prompt_has_a_purpose_and_an_answer_type_beside_it(prompt: Prompt) -> None:
    assert prompt.purpose.endswith(".")
    assert issubclass(answer_type(prompt), Answer)


def test_the_fields_of_the_front_matter_are_those_of_the_template(prompt: Prompt) -> None:
    filled = prompt.request(**{field: f"<{field}>" for field in prompt.fields})
    assert all(f"<{field}>" in filled.text for field in prompt.fields)
    assert "$" not in filled.text


def test_what_is_filled_in_is_never_a_template(prompt: Prompt) -> None:
    filled = prompt.request(**dict.fromkeys(prompt.fields, "$marker ${passages} $$"))
    assert "$marker ${passages} $$" in filled.text


def test_a_missing_or_a_strange_field_is_refused(prompt: Prompt) -> None:
    with pytest.raises(KeyError):
        prompt.request()
    with pytest.raises(KeyError):
        prompt.request(**dict.fromkeys(prompt.fields, ""), other="")


def test_instructions_say_that_what_they_frame_is_data_and_ask_for_one_object(
    prompt: Prompt,
) -> None:
    flat = " ".join(prompt.instructions.split())
    assert "data" in flat
    assert "one JSON object and nothing around it" in flat
    assert "marker" in prompt.fields
    assert count(prompt.instructions) < 900


def test_a_schema_is_one_that_strict_servers_take(prompt: Prompt) -> None:
    """Closed objects, every field required, and no constraint: OpenAI's subset of JSON Schema."""
    allowed = {
        "$defs", "$ref", "additionalProperties", "description", "enum", "items", "properties",
        "required", "title", "type",
    }  # fmt: skip

    def walk(node: object, names: bool) -> None:  # noqa: FBT001
        if isinstance(node, dict):
            if node.get("type") == "object" and not names:
                assert node["additionalProperties"] is False
                assert set(node["required"]) == set(node["properties"])
            assert names or set(node) <= allowed, set(node) - allowed
            for key, value in node.items():
                walk(value, key in {"properties", "$defs"} and not names)
        if isinstance(node, list):
            for value in node:
                walk(value, names=False)

    walk(answer_type(prompt).model_json_schema(), names=False)


@pytest.mark.parametrize("frame", ["{}", "```json\n{}\n```", "```\n{}\n```\n"])
def test_an_answer_is_read_alone_or_in_one_fence(frame: str) -> None:
    text = json.dumps({"sentences": []})
    assert parse(frame.replace("{}", text), RepairAnswer).sentences == []


@pytest.mark.parametrize(
    "text", ["", "null", "[]", 'So: {"sentences": []}', '{"sentences": [], "x": 1}', "{}"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        parse(text, RepairAnswer)
