"""What lies under `.run/` and who is who: services, ports, folders, secrets, the data's city."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FRONT_DOOR_PORT = 8000
POSTGRES_PORT = 54320
NATS_PORT = 54222
NATS_MONITOR_PORT = 58222


@dataclass(frozen=True)
class ServiceName:
    """One of the five: its public name (hyphen), its package (underscore), its usual port."""

    name: str
    package: str
    port: int
    title_zh: str
    title_en: str
    says_zh: str
    says_en: str


SERVICES = (
    ServiceName(
        "registry", "registry", 8101, "人员登记", "Registry",
        "谁失业、谁持证、享受什么政策",
        "Who lost work, who holds a certificate, what they are entitled to",
    ),
    ServiceName(
        "jobs-market", "jobs_market", 8102, "人力资源市场", "Jobs market",
        "岗位、招聘、介绍、就业、培训",
        "Posts, vacancies, referrals, placements, training",
    ),
    ServiceName(
        "subsidy", "subsidy", 8103, "资金补贴", "Subsidy",
        "资金来源、安排与拨付，分毫入账",
        "Funds, arrangements and payments, every fen in the journal",
    ),
    ServiceName(
        "loans", "loans", 8104, "小额担保贷款", "Loans",
        "担保基金与下岗失业人员小额贷款",
        "The guarantee fund and the small loans that it stands behind",
    ),
    ServiceName(
        "assessment", "assessment", 8105, "目标考核", "Assessment",
        "目标、指标与报告，由事件计算",
        "Targets, indicators and the report, computed from events",
    ),
)  # fmt: skip
PACKAGES = tuple(service.package for service in SERVICES)


class WrongCity(Exception):
    """The data under `.run/` belongs to another city or scale than the one asked for."""


@dataclass(frozen=True)
class Installation:
    """One folder with everything that survives a restart. `run` is `.run` of the repository."""

    run: Path = field(default_factory=lambda: Path(os.environ.get("RUN_DIR", ROOT / ".run")))

    def __post_init__(self) -> None:
        object.__setattr__(self, "run", self.run.absolute())

    @property
    def postgres(self) -> Path:
        return self.run / "postgres"

    @property
    def nats(self) -> Path:
        return self.run / "nats"

    @property
    def logs(self) -> Path:
        return self.run / "logs"

    @property
    def keys(self) -> Path:
        return self.run / "keys"

    @property
    def issuer_key(self) -> Path:
        return self.keys / "issuer.json"

    @property
    def city_file(self) -> Path:
        return self.run / "city.json"

    @property
    def address_file(self) -> Path:
        """Written when the house is ready: the address and the services of the running instance."""
        return self.run / "running.json"

    def prepare(self) -> None:
        for folder in (self.run, self.logs, self.keys):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def secrets(self, authorities: Iterable[str] = ()) -> dict[str, str]:
        """Passwords by user name, made once per installation; the file is 0600.

        Users: `postgres`, `<package>_owner`, `<package>_app`, `nats_admin`, `nats_<service>`,
        `nats_<authority>`.
        """
        file = self.run / "secrets.json"
        known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        names = ["postgres", "nats_admin"]
        for service in SERVICES:
            names += [f"{service.package}_owner", f"{service.package}_app", f"nats_{service.name}"]
        names += [f"nats_{name}" for name in authorities]
        missing = {name: secrets.token_urlsafe(24) for name in names if name not in known}
        if missing:
            known.update(missing)
            write_private(file, json.dumps(known, indent=1))
        return known

    def claim_city(self, city: str, scale: Decimal) -> bool:
        """Whether this city at this scale has been loaded completely. A load that was broken off
        is to be done again: its requests have the same idempotency keys, so nothing is doubled.

        Raises WrongCity when the data belongs to another city or scale.
        """
        wanted = {"city": city, "scale": str(scale)}
        if not self.city_file.exists():
            return False
        known = json.loads(self.city_file.read_text())
        if {"city": known["city"], "scale": known["scale"]} != wanted:
            raise WrongCity(
                f".run/ holds {known['city']} at scale {known['scale']}, "
                f"asked for: {city} at scale {scale}. Run `make reset` first (deletes that data).\n"
                f".run/ 中是 {known['city']}（比例 {known['scale']}）的数据，"
                f"与所要求的 {city}（比例 {scale}）不同。请先 make reset。"
            )
        return bool(known["state"] == "loaded")

    def remember_city(self, city: str, scale: Decimal, state: str) -> None:
        """`state` is `loading` before the first fact and `loaded` after the last."""
        write_private(
            self.city_file, json.dumps({"city": city, "scale": str(scale), "state": state})
        )


def write_private(file: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner only."""
    new = file.with_name(f"{file.name}.new")
    new.touch(mode=0o600)
    new.write_text(text)
    new.replace(file)


class Lock:
    """Held by the one runner of an installation; the kernel frees it even after kill -9."""

    def __init__(self, installation: Installation) -> None:
        self.file = installation.run / "runner.pid"
        self._handle: int | None = None

    def acquire(self) -> bool:
        """False when another runner holds it; `holder()` says which."""
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        self._handle = handle
        return True

    def release(self) -> None:
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None

    def holder(self) -> int | None:
        """Process id of the living runner, None when there is none."""
        if not self.file.exists():
            return None
        if self.acquire():
            self.release()
            return None
        text = self.file.read_text().strip()
        return int(text) if text.isdigit() else None
