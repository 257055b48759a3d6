"""Every setting on one screen; the only reader of the environment."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from platformdirs import user_config_path, user_data_path
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    HttpUrl,
    SecretStr,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

APP = "verdict-desk"
OPENAI = "https://api.openai.com/v1"
Length = Literal["short", "standard", "full"]
"""How much a page says."""
DRAFT = "{draft}"
"""Stands for a draft's id in an address."""
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "[::1]"})
_OF_ADDRESSES = re.compile(r"[\w.~:/?#\[\]@!$&'()*+,;=%-]+", re.ASCII)
"""RFC 3986: all that an address may be written with."""


def _listed(value: object) -> object:
    """Names with commas between them, as a variable holds them."""
    return [name.strip() for name in value.split(",")] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]


def _leads_to_drafts(value: str) -> str:
    """An address with the place for a draft's id, and nothing that Slack takes no button for."""
    if not _names_a_draft(value):
        raise PydanticCustomError(
            "draft_address",
            "write the https address at which your desk shows a draft, with {draft} once where its "
            "id belongs, such as https://desk.example.org/drafts/{draft} "
            "(http only for this machine)",
        )
    return value


def _names_a_draft(value: str) -> bool:
    filled = value.replace(DRAFT, "0")
    try:
        url, host = HttpUrl(filled), urlsplit(value).netloc
    except ValueError:  # a ValidationError is one
        return False
    safe = url.scheme == "https" or url.host in _THIS_MACHINE
    placed = value.count(DRAFT) == 1 and DRAFT not in host
    bare = bool(host) and "@" not in host
    return safe and placed and bare and bool(_OF_ADDRESSES.fullmatch(filled))


DraftAddress = Annotated[str, AfterValidator(_leads_to_drafts)]


def _leads_to_archive(value: str) -> str:
    filled = value.replace("{url}", "0").replace("{time}", "0")
    if value.count("{url}") != 1 or not value.startswith("https://") or set("{}") & set(filled):
        raise PydanticCustomError(
            "archive_link",
            "write the https address of an archive with {url} once, and {time} where it wants the "
            "time, such as https://archive.example.org/{time}/{url}",
        )
    return value


ArchiveLink = Annotated[str, AfterValidator(_leads_to_archive)]


def _shows_the_desk(value: str) -> str:
    """An address without path: what the browser sends as `Origin`."""
    if not _is_bare(value):
        raise PydanticCustomError(
            "web_address",
            "write the https address at which the desk is shown, without a path, such as "
            "https://desk.example.org (http only for this machine)",
        )
    parts = urlsplit(value)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _is_bare(value: str) -> bool:
    try:
        url, parts = HttpUrl(value), urlsplit(value)
    except ValueError:  # a ValidationError is one
        return False
    safe = url.scheme == "https" or url.host in _THIS_MACHINE
    return safe and parts.path in {"", "/"} and not set("@?#") & set(value)


WebAddress = Annotated[str, AfterValidator(_shows_the_desk)]


class Settings(BaseSettings):
    """Read from `VERDICT_*` variables, then from `config.toml`, then the defaults below."""

    model_config = SettingsConfigDict(
        env_prefix="VERDICT_",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        toml_file=user_config_path(APP) / "config.toml",
    )

    library: Path = Field(default_factory=lambda: user_data_path(APP) / "library")
    """Folder of the library. Filled with the demonstration library on first use."""
    vetting: Path | None = None
    """Vetting list for `verdict library add` where none is named, and for watches on a schedule."""
    archive_link: ArchiveLink | None = None
    """Where an archive keeps pages: `https://…` with `{url}` for a page's address and `{time}` for
    when it was fetched, as in 20260127100000. `verdict library show` gives the link."""
    fact_check_key: SecretStr | None = None
    """Key of Google's Fact Check Tools, for `verdict library fact-checks --search`."""
    embedding_base_url: str | None = None
    """An OpenAI-compatible endpoint for embeddings. Unset: the embedded all-MiniLM-L6-v2."""
    embedding_model: str = "text-embedding-3-small"
    """Model asked of that endpoint."""
    embedding_api_key: SecretStr | None = None
    """Key of that endpoint, where it wants one."""
    base_url: str | None = None
    """An OpenAI-compatible endpoint for the language model. Unset, with a key: OpenAI's own."""
    api_key: SecretStr | None = None
    """Key of that endpoint, where it wants one. Without key and address no model is used."""
    length: Length = "standard"
    """How much a page says: `short`, `standard` or `full`."""
    model: str = "gpt-5-mini"
    """Model that plans, writes and repairs."""
    fallback_models: Names = ()
    """Models of the same endpoint, with commas between, asked in turn where the first fails."""
    api: Literal["chat", "responses"] = "chat"
    """`chat` (Chat Completions, which every compatible server speaks) or `responses`."""
    azure_api_version: str | None = None
    """`api-version` of Azure OpenAI. Set: `VERDICT_BASE_URL` is the resource's address, a model is
    named by its deployment, and the key goes in the header `api-key`."""
    judge_model: str | None = None
    """Model of the same endpoint that judges. Unset: the one that writes."""
    stream: bool = True
    """Let answers arrive piece by piece, so that a terminal can show that they do."""
    context_window: int = Field(default=32_000, ge=8_000)
    """Tokens that the model can hold; evidence is packed to fit."""
    output_tokens: int = Field(default=12_000, ge=1_000)
    """The most that the model may write in one answer."""
    model_seconds: float = Field(default=300.0, gt=0)
    """Time limit for all model calls of one draft together; then the page is made without."""
    call_seconds: float = Field(default=120.0, gt=0)
    """Time limit of one call, within the other."""
    draft_tokens: int | None = Field(default=100_000, gt=0)
    """Tokens, in and out, that one draft may use."""
    draft_cost: float | None = Field(default=1.0, gt=0)
    """US dollars that one draft may cost, where the price of the model is known."""
    day_tokens: int | None = Field(default=5_000_000, gt=0)
    """Tokens that a day (UTC) may use, over all drafts of this user."""
    day_cost: float | None = Field(default=25.0, gt=0)
    """US dollars that a day may cost."""
    input_price: float | None = Field(default=None, ge=0)
    """US dollars per million input tokens, for models that the price table does not know."""
    output_price: float | None = Field(default=None, ge=0)
    """US dollars per million output tokens; both prices or none."""
    spending: Path = Field(default_factory=lambda: user_data_path(APP) / "spending.sqlite3")
    """File in which the tokens and the money of each day are counted."""
    chroma_url: str | None = None
    """A Chroma server instead of the embedded index. Never expose one without protection."""
    threads: int = Field(default=2, ge=1)
    """Processor cores for the embedded models."""
    database_url: SecretStr | None = None
    """PostgreSQL (`postgresql://…`) for library, drafts and draft jobs of many machines.

    Unset: files in the library's folder. A `--library` that is named is always a folder.
    """
    workers: int = Field(default=2, ge=0)
    """Drafts made at once by a process that takes jobs; 0 leaves them to `verdict worker`."""
    queue: int = Field(default=100, ge=1)
    """Draft jobs that may wait or run; further ones are refused."""
    job_days: float = Field(default=30.0, gt=0)
    """Days after which a job that is over is deleted, its question and its draft with it."""
    publish_url: DraftAddress | None = None
    """Where you publish, for the ClaimReview: `https://…` with `{draft}` for the draft's id."""
    publish_name: str | None = None
    """Who publishes it: the author that the ClaimReview names. Without both it is a draft."""
    slack_bot_token: SecretStr | None = None
    """Bot token of the Slack app in its one workspace (`xoxb-`)."""
    slack_app_token: SecretStr | None = None
    """App-level token that opens the socket (`xapp-`)."""
    slack_mode: Literal["socket", "http"] = "socket"
    """`socket`, opened by this program, needs no public address; `http` takes signed requests."""
    slack_signing_secret: SecretStr | None = None
    """What Slack signs its HTTP requests with."""
    slack_host: str = "127.0.0.1"
    """Address that listens for them; put a proxy with TLS before it."""
    slack_port: int = Field(default=3000, ge=1, le=65_535)
    """Its port."""
    slack_workspaces: Names = ()
    """Ids (`T…`) of the workspaces that are answered, with commas between.

    Unset: the bot token's own.
    """
    slack_channels: Names = ()
    """Ids (`C…`) of the channels, with commas between, whose every message is looked at.

    Answers stand in a thread.
    """
    slack_editors: str | None = None
    """Id of the channel that *Ask an editor* posts to. Unset: no such button."""
    slack_desk_url: DraftAddress | None = None
    """Where *Full draft* leads: `https://…` with `{draft}` for the draft's id.

    Unset: it sends a file.
    """
    slack_user_hourly: int = Field(default=20, ge=1)
    """Questions an hour that one person may ask."""
    slack_channel_hourly: int = Field(default=60, ge=1)
    """Questions an hour that one channel may ask."""
    slack_keep_days: float = Field(default=7.0, ge=1)
    """Days that a question from Slack is kept, its draft job with it."""
    slack_client_id: str | None = None
    """Client id of the app. Set: many workspaces install it in a browser."""
    slack_client_secret: SecretStr | None = None
    """Its secret."""
    slack_installs: SecretStr | None = None
    """Database of these installations, as SQLAlchemy names it. Unset: a file beside the library."""
    web_host: str = "127.0.0.1"
    """Address on which `verdict serve` listens; another than this machine's needs accounts."""
    web_port: int = Field(default=8800, ge=1, le=65_535)
    """Its port."""
    web_url: WebAddress | None = None
    """Address at which a proxy with TLS shows the desk, such as `https://desk.example.org`."""
    web_name: str | None = Field(default=None, min_length=1, max_length=60)
    """Name in the trail of the one person who uses the desk without accounts.

    Unset: that of the computer's user.
    """
    web_session_days: float = Field(default=7.0, gt=0)
    """Days that a person stays signed in."""
    web_user_hourly: int = Field(default=60, ge=1)
    """Drafts an hour that one person may ask for."""
    web_upload_mb: int = Field(default=20, ge=1, le=200)
    """Largest file, in megabytes, that is taken into the library."""

    @field_validator("azure_api_version")
    @classmethod
    def _need_resource(cls, version: str | None, found: ValidationInfo) -> str | None:
        if version is not None and found.data.get("base_url") is None:
            raise PydanticCustomError(
                "azure_resource",
                "it needs VERDICT_BASE_URL, the address of the resource",
            )
        return version

    @property
    def uses_model(self) -> bool:
        """Whether a language model is configured: a key, an address or both."""
        return self.base_url is not None or self.api_key is not None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
