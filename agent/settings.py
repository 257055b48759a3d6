"""Every setting on one screen; the only reader of the environment."""

from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_config_path, user_data_path
from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

APP = "verdict-desk"
OPENAI = "https://api.openai.com/v1"


def _listed(value: object) -> object:
    """Names with commas between them, as a variable holds them."""
    return [name.strip() for name in value.split(",")] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]


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
    """Vetting list for `verdict library add` where none is named."""
    embedding_base_url: str | None = None
    """An OpenAI-compatible endpoint for embeddings. Unset: the embedded all-MiniLM-L6-v2."""
    embedding_model: str = "text-embedding-3-small"
    """Model asked of that endpoint."""
    embedding_api_key: SecretStr | None = None
    """Its key, where it wants one."""
    base_url: str | None = None
    """An OpenAI-compatible endpoint for the language model. Unset, with a key: OpenAI's own."""
    api_key: SecretStr | None = None
    """Its key, where it wants one. Without a key and an address no model is used at all."""
    model: str = "gpt-5-mini"
    """Model that plans, writes and repairs."""
    fallback_models: Names = ()
    """Models of the same endpoint that are asked in turn where the first fails."""
    api: Literal["chat", "responses"] = "chat"
    """Chat Completions, which every compatible server speaks, or Responses."""
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
    """Where the tokens and the money of each day are counted."""
    second_opinion: bool = False
    """Ask the model about sentences that stood narrowly; it can only let more of them fall."""
    chroma_url: str | None = None
    """A Chroma server instead of the embedded index."""
    threads: int = Field(default=2, ge=1)
    """Processor cores for the embedded models."""

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
