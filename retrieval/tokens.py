"""How many tokens a text has, counted offline; and how many texts go into one request.

tiktoken fetches its vocabularies at first use; llama-index-core installs two of them, o200k and
cl100k, so they are read from there. Models of other makers have tokenizers of their own: for them
the count is an estimate.
"""

import importlib.util
import os
import threading
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import tiktoken

from retrieval.errors import TokenizerMissing

DEFAULT = "o200k_base"
INSTALLED = {
    "o200k_base": "fb374d419588a4632f3f557e76b4b70aebbca790",
    "o200k_harmony": "fb374d419588a4632f3f557e76b4b70aebbca790",
    "cl100k_base": "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
}
"""Encoding -> its file in tiktoken's cache: the SHA-1 of the address it comes from."""
_CACHE_VARIABLE = "TIKTOKEN_CACHE_DIR"
_environment = threading.Lock()


def count(text: str, model: str | None = None) -> int:
    """Count the tokens of `text` as `model` would; an unknown model is counted as o200k.

    Raises:
        TokenizerMissing: llama-index-core is not installed, or not with its vocabularies.
    """
    return len(_load_encoding(_encoding_name(model)).encode_ordinary(text))


def truncate(text: str, limit: int, model: str | None = None) -> str:
    """Cut `text` after at most `limit` tokens; the result is a prefix of it.

    Raises:
        TokenizerMissing: llama-index-core is not installed, or not with its vocabularies.
    """
    if len(text.encode("utf-8", "surrogatepass")) <= limit:
        return text  # no token is shorter than a byte
    encoding = _load_encoding(_encoding_name(model))
    tokens = encoding.encode_ordinary(text)
    if len(tokens) <= limit:
        return text
    # The cut may fall inside a character, whose first bytes then go too.
    return encoding.decode_bytes(tokens[:limit]).decode("utf-8", "ignore")


def split_into_requests(sizes: Sequence[int], most: int, room: int) -> Iterator[range]:
    """Divide texts, in order, into requests; a text larger than `room` goes alone.

    Args:
        sizes: of each text.
        most: texts of one request.
        room: what the sizes of a request add up to at most.
    """
    start = used = 0
    for n, size in enumerate(sizes):
        if n > start and (n - start == most or used + size > room):
            yield range(start, n)
            start, used = n, 0
        used += size
    if start < len(sizes):
        yield range(start, len(sizes))


def _encoding_name(model: str | None) -> str:
    try:
        name = tiktoken.encoding_name_for_model(model) if model else DEFAULT
    except KeyError:
        return DEFAULT
    return name if name in INSTALLED else DEFAULT


@cache
def _load_encoding(name: str) -> tiktoken.Encoding:
    """Load an encoding with tiktoken's cache pointed at the installed files meanwhile."""
    folder = _vocabulary_folder()
    if not (folder / INSTALLED[name]).is_file():
        raise TokenizerMissing(
            f"The vocabulary {name} is not in {folder}.", "Reinstall llama-index-core 0.14."
        )
    with _environment:
        before = os.environ.get(_CACHE_VARIABLE)
        os.environ[_CACHE_VARIABLE] = str(folder)
        try:
            return tiktoken.get_encoding(name)
        finally:
            if before is None:
                del os.environ[_CACHE_VARIABLE]
            else:
                os.environ[_CACHE_VARIABLE] = before


def _vocabulary_folder() -> Path:
    """Find the folder without importing llama-index, which takes a second."""
    spec = importlib.util.find_spec("llama_index.core")
    if spec is None or spec.origin is None:
        raise TokenizerMissing("llama-index-core is not installed.", "Reinstall Verdict Desk.")
    return Path(spec.origin).parent / "_static" / "tiktoken_cache"
