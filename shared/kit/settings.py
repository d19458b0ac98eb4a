"""Settings of one process, read once from its environment and never changed.

No prefix: every process has an environment of its own. Names are those of the fields in capitals
(``DATABASE_URL``, ``BUSINESS_DAY``, …); what is not known is ignored.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

#: The city's day begins here, wherever the machine stands.
CITY_TIME = ZoneInfo("Asia/Shanghai")


class Settings(BaseSettings):
    """Everything that differs between two installations. What holds a password is secret."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, case_sensitive=False
    )

    service: str = Field(description="Name with a hyphen, given by the service's code: jobs-market")
    database_url: SecretStr = Field(description="PostgreSQL as the application role")
    owner_database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL as the owner role; only migrations need it"
    )
    nats_url: str = "nats://127.0.0.1:4222"
    nats_user: str | None = None
    nats_password: SecretStr | None = None
    role: Literal["api", "worker", "all"] = "all"
    seals: bool = Field(
        default=True,
        description="The worker seals the access log; false where `seal` is a process of its own",
    )
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    city: str = Field(default="000000", pattern=r"^[0-9]{6}$", description="GB/T 2260 code: 231100")
    business_day: date | None = Field(
        default=None, description="The day on which rules look; empty: today in Asia/Shanghai"
    )
    issuer: str = "http://127.0.0.1:8000/issuer"
    audience: str = "reemployment"
    jwks_url: str | None = None
    keys_file: Path | None = Field(default=None, description="keyring.json, outside the database")
    signing_keys_file: Path | None = Field(
        default=None, description="Ed25519 keys of kit.signing, outside the database"
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        pattern=r"^https?://[^/?#]+(/[a-z0-9-]+)*$",
        description="What stands before PUBLIC_PATH when somebody outside reads an address",
    )
    public_rate: str = Field(
        default="30/minute;300/hour",
        pattern=r"^[1-9][0-9]{0,6}/(second|minute|hour|day)(;[1-9][0-9]{0,6}/(second|minute|hour|day))*$",
        description="Requests without a token that one address may make, where it matters",
    )
    status_list_fresh_s: int = Field(
        default=60, ge=0, le=86_400, description="How old a published status list may be (seconds)"
    )
    fonts_folder: Path | None = Field(
        default=None, description="Further fonts for rare characters in what is printed"
    )
    policy_overlay: Path | None = Field(default=None, description="The city's folder of policies")
    environment: Literal["embedded", "production"] = "production"
    public_path: str = Field(default="", pattern=r"^(/[a-z0-9-]+)*$", description="/api/registry")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    import_body_max: int = Field(
        default=256 * 1024 * 1024, ge=1024 * 1024, description="Bytes of one bulk import at most"
    )
    reveal_rate: str = Field(
        default="30/minute;200/hour;600/day",
        pattern=r"^[1-9][0-9]{0,6}/(second|minute|hour|day)(;[1-9][0-9]{0,6}/(second|minute|hour|day))*$",
        description="People whom one account may look at in plain, per API process",
    )
    staff_check: Literal["off", "report", "refuse"] = Field(
        default="off",
        description="Callers who are not on the staff list of the office that their token names",
    )
    search_rate: str = Field(
        default="30/minute;300/hour;1000/day",
        pattern=r"^[1-9][0-9]{0,6}/(second|minute|hour|day)(;[1-9][0-9]{0,6}/(second|minute|hour|day))*$",
        description="Searches by name that one account may make, per API process",
    )
    print_rate: str = Field(
        default="200/minute;1000/hour;3000/day",
        pattern=r"^[1-9][0-9]{0,6}/(second|minute|hour|day)(;[1-9][0-9]{0,6}/(second|minute|hour|day))*$",
        description="People whose papers one account may print (names in plain), per API process",
    )
    otel_exporter_otlp_endpoint: str | None = Field(
        default=None, description="Traces are collected only when this is set"
    )

    def today(self) -> date:
        """The business day: the one that is set, else today in the city's time zone."""
        return self.business_day or datetime.now(CITY_TIME).date()


def read(service: str) -> Settings:
    """Settings of this process from its environment. Raises ``ValidationError`` with the field."""
    return Settings(service=service)
