"""All settings of the service, read once from the environment. README lists them for operators."""

import secrets
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class HalfSet(ValueError):
    """Of some settings that belong together only a part is given, or one is unusable. The message says what to do."""


class Settings(BaseSettings):
    """Defaults run the whole system on one machine, with SQLite files under `var/`."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore")

    host: str = Field("127.0.0.1", description="Address that the API listens on.")
    port: int = Field(8000, description="Port that the API listens on.")
    rasa_port: int = Field(5005, description="Port of Rasa, loopback only.")
    actions_port: int = Field(5055, description="Port of the action server, loopback only.")
    rasa_url: str | None = Field(None, description="Address of Rasa when it is not on this machine's `rasa_port`.")
    database_url: str | None = Field(
        None, description="SQLAlchemy address of the database; SQLite in `var/` when unset."
    )
    redis_url: str | None = Field(
        None,
        repr=False,
        description="Redis for several API processes: wake-ups between them, shared limits.",
    )
    rasa_secret: str | None = Field(
        None, validation_alias="RASA_TOKEN", repr=False, description="Token of Rasa; a file in `var/` when unset."
    )
    rasa_replicas: str | None = Field(
        None, description="Addresses of all Rasa servers, commas between; they change models one after the other."
    )
    metrics_port: int | None = Field(None, description="Port of `/metrics`, not that of the API; off when unset.")
    metrics_host: str = Field("127.0.0.1", description="Address on which `/metrics` is served.")
    otel_exporter_otlp_endpoint: str | None = Field(
        None, description="OpenTelemetry's collector for traces of turns (OTLP over HTTP); off when unset."
    )
    otel_exporter_otlp_traces_endpoint: str | None = Field(None, description="The same, for traces only.")
    otel_sdk_disabled: bool = Field(False, description="Turns traces off whatever else is set.")
    public_url: str | None = Field(None, description="Address under which people reach the service, for links.")
    drogowskaz_var: Path = Field(ROOT / "var", description="Folder of database files, models and caches.")
    rate_limits: Annotated[bool, NoDecode] = Field(
        True, description="`off` lifts the limits per address and conversation."
    )
    contact_keys: str | None = Field(
        None, description="Keys of names and contacts, newest first, commas between; a file in `var/` when unset."
    )
    text_days: int = Field(90, ge=7, description="Days after which what was written in a talk is cleared.")
    safety_days: int | None = Field(
        None, ge=7, description="The same for talks that were flagged for safety; `TEXT_DAYS` when unset."
    )
    signup_days: int = Field(
        180, ge=7, description="Days after which names and contacts of sign-ups, appointments and requests are cleared."
    )
    smtp_url: str | None = Field(
        None,
        repr=False,
        description="Mail server for alerts: `smtp+starttls://USER:PASSWORD@HOST:587`, or `smtps://…`.",
    )
    alert_from: str | None = Field(None, description="Sender of the alerts.")
    alert_to: str | None = Field(None, description="Who gets the alerts; commas between several.")
    oidc_issuer: str | None = Field(
        None, description="Issuer of the OpenID provider with whose accounts people may sign in to the console."
    )
    oidc_client_id: str | None = Field(None, description="The console's id at this provider.")
    oidc_client_secret: str | None = Field(None, repr=False, description="The console's secret at this provider.")
    log_level: str = Field("INFO", description="Least severe log level that is written.")
    messenger_pages: str | None = Field(
        None, repr=False, description="Pages of the Messenger channel: `PAGE_ID:TOKEN`, with commas between several."
    )
    messenger_app_secret: str | None = Field(None, repr=False, description="Secret of the Meta app.")
    messenger_app_id: str | None = Field(
        None, pattern=r"\d+", description="Id of the Meta app; needed to find whose data Meta wants to have deleted."
    )
    messenger_verify_token: str | None = Field(
        None, repr=False, description="Word of your own that Meta shows when it verifies the webhook."
    )
    messenger_graph_url: str = Field("https://graph.facebook.com", description="Address of Meta's Graph API.")
    messenger_graph_version: str = Field("v26.0", description="Version of the Graph API.")
    messenger_long_gap_hours: float = Field(
        24, description="Hours of silence after which the bot says again that it is one."
    )
    messenger_persona_picture: str | None = Field(
        None, description="Address of the picture beside a counsellor's lines; without it the name stands in the line."
    )

    @field_validator("rate_limits", mode="before")
    @classmethod
    def _on_or_off(cls, value: object) -> object:
        return {"on": True, "off": False}.get(str(value).lower(), value)

    @property
    def database(self) -> str:
        """The SQLAlchemy address that is used."""
        return self.database_url or f"sqlite+aiosqlite:///{self.drogowskaz_var / 'drogowskaz.db'}"

    @property
    def rasa(self) -> str:
        """The address of Rasa's server, without a slash at the end."""
        return self.rasa_url or f"http://127.0.0.1:{self.rasa_port}"

    @property
    def public(self) -> str:
        """The address of the service in links, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def is_traced(self) -> bool:
        """Whether traces of turns are sent somewhere."""
        named = self.otel_exporter_otlp_endpoint or self.otel_exporter_otlp_traces_endpoint
        return bool(named) and not self.otel_sdk_disabled

    def rasa_token(self) -> str:
        """The token that Rasa asks for: the one given, or one made at the first call and kept in `rasa.token`."""
        if self.rasa_secret:
            return self.rasa_secret
        file = self.drogowskaz_var / "rasa.token"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(32), encoding="ascii")
        return file.read_text(encoding="ascii").strip()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
