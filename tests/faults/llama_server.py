"""The desk before a real server: `python -m tests.faults.llama_server [--gguf FILE]`.

Starts the OpenAI-compatible server of llama.cpp on this machine, then lets `verdict doctor --call`
and a plan ask it, whole and streamed. It comes with the package xllamacpp (built) or with
llama-cpp-python[server] (to be compiled). Without a model of yours the package gguf writes a tiny
one: it has no notion of anything, and writes words at random in the form that the server holds it
to. So this shows that the two speak the same language, and nothing about what they say. Chat
Completions only: as Responses the server holds no model to a schema.
"""

# ruff: noqa: PLC0415, S310, T201  (a script: packages that may be missing, a server of its own)

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from agent.llm.dialect import MEMORY
from agent.llm.errors import ChatError
from tests.faults.postgres import free_port
from tests.replay.record import MODEL, plan

WINDOW: Final = 16_384
SECONDS: Final = 120.0
"""Until the server is up."""
XLLAMACPP: Final = """
import sys, threading, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.hostnames, params.port = sys.argv[1], ["127.0.0.1"], int(sys.argv[2])
params.n_ctx, params.n_parallel = int(sys.argv[3]), 1
server = xllamacpp.Server(params)
threading.Event().wait()
"""
WORDS: Final = ("the", "council", "closed", "bridge", "in", "May", "of", "said", "city", "was")
LIKELY: Final = {'"': 3.0, "]": 3.0, "}": 3.0, ":": 1.0, ",": 1.0, "{": 1.0, "[": 1.0}
"""How much likelier than a letter: strings and lists must come to an end."""


def main() -> int:
    """Run it; 0 where all went well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gguf", type=Path, help="a model file of yours")
    gguf: Path | None = parser.parse_args().gguf
    if missing := _name_missing(gguf):
        print(missing)
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        model = gguf or write_model(Path(scratch) / "tiny.gguf")
        port = str(free_port())
        log = Path(scratch) / "server.log"
        with log.open("wb") as output:
            server = subprocess.Popen(_command(model, port), stdout=output, stderr=output)
        try:
            return _try_server(f"http://127.0.0.1:{port}/v1", server, log, Path(scratch))
        finally:
            server.kill()
            server.wait()


def _name_missing(gguf: Path | None) -> str:
    if not any(map(find_spec, ("xllamacpp", "llama_cpp"))):
        return "No server: pip install xllamacpp, or llama-cpp-python[server] (it is compiled)."
    if gguf is None and not find_spec("gguf"):
        return "No model: name one with --gguf, or pip install gguf to write a tiny one."
    return "" if gguf is None or gguf.is_file() else f"There is no file {gguf}."


def _command(model: Path, port: str) -> list[str]:
    if find_spec("xllamacpp"):
        return [sys.executable, "-c", XLLAMACPP, str(model), port, str(WINDOW)]
    where = ["--host", "127.0.0.1", "--port", port]
    run = [sys.executable, "-m", "llama_cpp.server", "--model", str(model)]
    return [*run, *where, "--n_ctx", str(WINDOW), "--chat_format", "chatml"]


def _try_server(url: str, server: "subprocess.Popen[bytes]", log: Path, scratch: Path) -> int:
    if not _await(url, server):
        print(f"The server did not start:\n{log.read_text(errors='replace')[-2_000:]}")
        return 1
    asked = {
        "VERDICT_BASE_URL": url,
        "VERDICT_CONTEXT_WINDOW": str(WINDOW),
        "VERDICT_OUTPUT_TOKENS": "4000",
        "VERDICT_SPENDING": str(scratch / "spending.sqlite3"),
    }
    command = [sys.executable, "-m", "agent", "doctor", "--call", "--library", str(scratch / "no")]
    status = subprocess.run(command, env=os.environ | asked, check=False).returncode
    for stream in (False, True):
        how = f"plan, {'streamed' if stream else 'whole'}"
        try:
            print(f"{how}: {plan(('chat', stream), url)!r}")
        except ChatError as error:
            print(f"{how}: {type(error).__name__}: {error}")
            status = status or 1
    print(f"refused: {sorted(MEMORY.recall(url, 'chat', MODEL).refused) or 'nothing'}")
    return status


def _await(url: str, server: "subprocess.Popen[bytes]") -> bool:
    """Wait until the model is loaded."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/models", timeout=2) as answer:
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.2)
    return False


def write_model(path: Path) -> Path:
    """Write a model of one layer that does nothing: each token is as likely as it always is."""
    import gguf
    import numpy as np

    width, wide = 64, np.float32
    special = ["<unk>", "<s>", "</s>"]
    raw = [f"<0x{byte:02X}>" for byte in range(256)]
    plain = [*map(chr, range(33, 127)), *(f"\u2581{word}" for word in WORDS), "\u2581"]
    kinds = gguf.TokenType
    types = [kinds.UNKNOWN, kinds.CONTROL, kinds.CONTROL]
    types += [kinds.BYTE] * len(raw) + [kinds.NORMAL] * len(plain)
    names = [*special, *raw, *plain]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(WINDOW)
    writer.add_embedding_length(width)
    writer.add_block_count(1)
    writer.add_feed_forward_length(width)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(names))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(names)
    writer.add_token_scores([-float(n) for n in range(len(names))])
    writer.add_token_types(types)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    likely = [-30.0] * (len(special) + len(raw))  # no bytes: they need not be letters
    likely[special.index("</s>")] = 3.0
    likely += [LIKELY.get(name, 2.0 if len(name) > 1 else 0.0) for name in plain]
    constant = np.zeros((len(names), width), wide)
    constant[:, 0] = 1.0
    output = np.zeros((len(names), width), wide)
    output[:, 0] = np.array(likely, wide) / width**0.5  # what the norm makes of the constant
    square, ones = np.zeros((width, width), wide), np.ones(width, wide)
    writer.add_tensor("token_embd.weight", constant)
    writer.add_tensor("output_norm.weight", ones)
    writer.add_tensor("output.weight", output)
    for part in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"):
        writer.add_tensor(f"blk.0.{part}.weight", square)
    for part in ("attn_norm", "ffn_norm"):
        writer.add_tensor(f"blk.0.{part}.weight", ones)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


if __name__ == "__main__":
    sys.exit(main())
