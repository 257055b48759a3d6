"""Rules of the house that import contracts (see pyproject.toml) cannot say."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import retrieval

ROOT = Path(__file__).parent.parent
PACKAGES = ("agent", "retrieval", "prompts", "evals")
HOMES = {  # one SDK, one file; two where one file would do two jobs
    "openai": {"retrieval/endpoint.py", "agent/llm/wire.py"},
    "tenacity": {"retrieval/endpoint.py", "agent/llm/client.py"},
    "httpx2": {
        "agent/llm/wire.py",  # what openai speaks through, and raises the errors of
        "retrieval/web/network.py",
        "retrieval/web/fetching.py",
    },
    "httpcore2": {"retrieval/web/network.py"},  # where a connection is opened: nowhere else
    "protego": {"retrieval/web/fetching.py"},
    "feedparser": {"retrieval/web/feeds.py"},
    "warcio": {"retrieval/web/archive.py"},
    "genai_prices": {"agent/llm/budget.py"},
    "tiktoken": {"retrieval/tokens.py"},
    "onnxruntime": {"retrieval/embedding.py"},  # whoever loads it elsewhere lets it report
    "tokenizers": {
        "retrieval/embedding.py",
        "agent/verification/cross_encoder.py",
        "evals/bench/verifier.py",  # how many tokens a text is
    },
    "chromadb": {
        "retrieval/chroma.py",
        "evals/bench/rivals.py",  # the rivals of benchmarks
    },
    "llama_index": {
        "retrieval/chunking.py",
        "retrieval/llama_adapter.py",
        "evals/bench/rivals.py",
    },
    "rensa": {"retrieval/origins.py"},
    "ray": {"retrieval/ray_workers.py"},
    "trafilatura": {"retrieval/loaders/html.py"},
    "pypdfium2": {
        "retrieval/loaders/form_fields.py",
        "retrieval/loaders/pdf.py",
        "retrieval/loaders/type_runs.py",
    },
    "mammoth": {"retrieval/loaders/docx.py", "agent/audit/documents.py"},  # sources, and drafts
    "tldextract": {"retrieval/vetting.py"},
    "sentencex": {"retrieval/sentences.py"},
    "docx": {"agent/render/docx.py"},
    "jinja2": {"agent/render/html.py", "agent/faces/web/access.py", "evals/reports/html.py"},
    "argon2": {"agent/faces/web/accounts.py"},
    "dbos": {"agent/jobs/durable.py", "agent/jobs/watching.py", "agent/jobs/worker.py"},
    "mcp": {"agent/faces/mcp/server.py"},
    "uvicorn": {
        "agent/faces/mcp/server.py",
        "agent/faces/slack/transport.py",
        "agent/faces/web/__init__.py",
    },
    "slack_bolt": {"agent/faces/slack/app.py", "agent/faces/slack/transport.py"},
    "slack_sdk": {"agent/faces/slack/client.py", "agent/faces/slack/transport.py"},
}
WEB = {"fastapi", "starlette"}
MODULES = [p for name in PACKAGES for p in sorted((ROOT / name).rglob("*.py"))]
AGENT = [p for p in MODULES if p.is_relative_to(ROOT / "agent")]


def imported(path: Path) -> set[str]:
    """Dotted names of all modules that a file imports, at any depth."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_module_imports_itself_by_a_detour() -> None:
    modules = {
        name(p).removesuffix(".py").removesuffix("/__init__").replace("/", "."): p for p in MODULES
    }
    needs = {m: _modules(imported(p), modules) - {m} for m, p in modules.items()}
    TopologicalSorter(needs).prepare()


def _dotted(path: Path) -> str:
    return name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _modules(dotted: set[str], modules: dict[str, Path]) -> set[str]:
    """The modules behind imported names: `a.b.Name` is `a.b`."""
    return {d if d in modules else d.rpartition(".")[0] for d in dotted} & modules.keys()


def test_the_web_framework_is_known_to_faces_of_the_web_alone() -> None:
    users = {name(p) for p in MODULES if {d.split(".")[0] for d in imported(p)} & WEB}
    mcp = {"agent/faces/mcp/server.py"}  # its SDK is built on the same one
    assert not {u for u in users - mcp if not u.startswith("agent/faces/web/")}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_each_sdk_is_named_in_its_own_file(path: Path) -> None:
    tops = {dotted.split(".")[0] for dotted in imported(path)}
    assert not {sdk for sdk in tops & HOMES.keys() if name(path) not in HOMES[sdk]}


@pytest.mark.parametrize("path", sorted((ROOT / "agent/faces").rglob("*.py")), ids=name)
def test_a_face_uses_retrieval_by_its_door_only(path: Path) -> None:
    dotted = {d for d in imported(path) if d.split(".")[0] == "retrieval"}
    assert dotted <= {f"retrieval.{name}" for name in retrieval.__all__}


def test_no_test_loads_the_runtime_past_its_door() -> None:
    tests = {name(p): imported(p) for p in sorted((ROOT / "tests").rglob("*.py"))}
    assert not [
        n for n, dotted in tests.items() if "onnxruntime" in {d.split(".")[0] for d in dotted}
    ]


@pytest.mark.parametrize("path", AGENT, ids=name)
def test_no_validator_of_a_page_is_walked_around(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not called & {"model_construct", "model_copy"}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_settings_reads_the_environment(path: Path) -> None:
    names = imported(path)
    tree = ast.parse(path.read_text("utf-8"))
    read = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)} & {"environ", "getenv"}
    allowed = {
        *("agent/settings.py", "retrieval/tokens.py", "retrieval/embedding.py"),
        "retrieval/ray_workers.py",  # which switches its reports off
    }
    assert not (read or "os.environ" in names) or name(path) in allowed


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_has_one_job_and_fits_on_few_screens(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 420  # fewer, fuller files


SHIPPED = {  # what asks for it are names that ship with the package, never what people type
    "agent/bootstrap.py": {"build_nli_model", "_embedded"},  # by the number of threads
    "agent/faces/web/access.py": {"asset"},
    "agent/language/lexicon/__init__.py": {"word_list", "words", "any_of", "pattern", "spellings"},
    "prompts/__init__.py": {"load"},
    "retrieval/embedding.py": {"load_tokenizer"},  # by the folder of a model
    "retrieval/record/__init__.py": {"_put_source"},  # by the kind of database
    "retrieval/tokens.py": {"_load_encoding"},
}
"""Caches without a bound that take arguments: a process lives for months, and each answer stays."""


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_cache_of_what_people_ask_has_a_bound(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and ast.unparse(node.args):
            made = {
                ast.unparse(decorator).removeprefix("functools.")
                for decorator in node.decorator_list
            }
            unbounded = made & {"cache", "lru_cache(None)", "lru_cache(maxsize=None)"}
            assert not unbounded or node.name in SHIPPED.get(name(path), set()), node.name


def test_help_imports_nothing_heavy() -> None:
    heavy = (
        "{'chromadb', 'llama_index', 'openai', 'onnxruntime', 'sqlalchemy', 'numpy', 'pydantic'}"
    )
    code = f"import sys, agent.faces.cli.app; print(sorted({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


PEOPLE_OF_THE_NOTES = (
    *("wakefield", "kramer", "branca", "tisch", "noem", "formella", "liwei", "chiao", "mamdani"),
    *("aspartame", "sora", "melinda", "phillips", "rubik"),
)


@pytest.mark.parametrize("name_", PEOPLE_OF_THE_NOTES)
def test_no_list_of_words_knows_the_demonstration_library(name_: str) -> None:
    """Names and coinages; the thesaurus still groups general words of its topics."""
    lists = [*(ROOT / "agent").rglob("*.toml"), *(ROOT / "agent").rglob("*.txt")]
    assert lists
    assert not [p.name for p in lists if name_ in p.read_text("utf-8").lower()]
