"""Every setting on one screen; the only reader of the environment."""

from pathlib import Path

from platformdirs import user_config_path, user_data_path
from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

APP = "verdict-desk"


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
    chroma_url: str | None = None
    """A Chroma server instead of the embedded index."""
    threads: int = Field(default=2, ge=1)
    """Processor cores for the embedded models."""

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
