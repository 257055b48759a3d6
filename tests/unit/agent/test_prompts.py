"""Prompts are data: fingerprinted, typed, and filled in without being read as templates."""

import hashlib
import importlib
from typing import Any, Self

import pytest
from pydantic import BaseModel, ValidationError

from prompts import NAMES, Prompt, load, lock, parse
from prompts.base import Answer
from prompts.repair import RepairAnswer
from retrieval.tokens import count

LONG = {"write": 1_250}
"""Tokens of instructions where they may be more than 700: a whole page is asked for."""


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
    assert count(prompt.instructions) <= LONG.get(prompt.name, 700)


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


FOUND = '{"sentences": []}'
ANOTHER = '{"sentences": [{"number": 1, "action": "drop", "passages": [], "text": "}{"}]}'


@pytest.mark.parametrize(
    "frame",
    [
        "{}",
        "```json\n{}\n```",
        "```\n{}\n```\n",
        "Here:\n~~~\n{}\n~~~\nDone.",
        "So: {}",
        "{} and that is all, {reader}.",
        "\ufeff{}",
        "<think>{}? {ANOTHER}!</think>{}",
        "{ANOTHER}</think>{}",
        "{} <thinking> was it {ANOTHER}",
        "{ANOTHER}\n\nNo, rather:\n\n{}",
        "{} {}",
        '{} {"sentences": 1} {"x": {"sentences": []}}',
        "a { that is never closed, then {}",
        "a } before {}",
        'a " in the middle, then {}',
        "[{}]",
    ],
)
def test_an_answer_is_the_last_object_that_fits_whatever_stands_around_it(frame: str) -> None:
    text = frame.replace("{ANOTHER}", ANOTHER).replace("{}", FOUND)
    assert parse(text, RepairAnswer).sentences == []


def test_braces_and_quotation_marks_inside_a_string_end_no_object() -> None:
    [sentence] = parse(f"So: {ANOTHER}, yes.", RepairAnswer).sentences
    assert sentence.text == "}{"
    said = ANOTHER.replace("}{", r"a \" } \\")
    [sentence] = parse(f"So: {said}, yes.", RepairAnswer).sentences
    assert sentence.text == 'a " } \\'


def test_a_field_that_was_not_asked_for_is_left_out() -> None:
    assert parse('{"sentences": [], "x": 1}', RepairAnswer) == RepairAnswer(sentences=[])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"sentences"',
        '{"x": {"sentences": []}}',
        "<think>" + FOUND,
        "<think>" + FOUND + "</think>",
        '{"sentences": ' * 20_000,
        "{" * 100_000,
        "{}" * 50_000,
        '{"' + '\\"' * 100_000,
        '{"sentences": ' + "[" * 50_000 + "]" * 50_000 + "}",
    ],
    ids=lambda text: text[:16] or "nothing",
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        parse(text, RepairAnswer)


def test_an_answer_that_is_one_object_is_read_once() -> None:
    read: list[str] = []

    class Told(RepairAnswer):
        @classmethod
        def model_validate_json(cls, json_data: str, **rest: Any) -> Self:  # type: ignore[override]  # noqa: ANN401
            read.append(json_data)
            return super().model_validate_json(json_data, **rest)

    with pytest.raises(ValidationError):
        parse('{"x": {"y": 1}}', Told)
    assert len(read) == 1


def test_a_temperature_travels_with_the_request_and_counts_only_where_it_is_set() -> None:
    plain = load("plan")
    cool = Prompt.model_validate({**plain.model_dump(), "temperature": 0})
    values = dict.fromkeys(plain.fields, "")
    unset = Prompt.model_validate({**plain.model_dump(), "temperature": None})
    assert (unset.request(**values).temperature, cool.request(**values).temperature) == (None, 0.0)
    assert cool.fingerprint != unset.fingerprint
    text = f"{unset.instructions}\0{unset.template}"
    assert unset.fingerprint == hashlib.sha256(text.encode()).hexdigest()[:12]
