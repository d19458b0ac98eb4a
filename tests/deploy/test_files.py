"""The deployment's files say the same as the code: services, image, broker, and no secrets."""

from __future__ import annotations

import re
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.choice import choose
from local.frontdoor import FrontDoorSettings
from local.house import SEALED_APART
from local.installation import ROOT, SERVICES
from trial import broker, prepare

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
OURS = [
    *(service.name for service in SERVICES), *(f"{name}-seal" for name in SEALED_APART), "front-door",
    "provision",
]  # fmt: skip


def environment_of(container: str, folder: Path) -> dict[str, str]:
    """What the container's process sees: its environment file, then compose.yaml."""
    file = CONTAINERS[container].get("env_file")
    values: dict[str, str] = {}
    if file is not None:
        assert file.startswith(".secrets/")
        text = (folder / file.removeprefix(".secrets/")).read_text()
        values = dict(line.split("=", 1) for line in text.splitlines())
    return values | CONTAINERS[container].get("environment", {})


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trial") / ".secrets"
    prepare.prepare(folder, choose("none", None))
    return folder


def test_every_container_is_there_and_no_other() -> None:
    assert set(CONTAINERS) == {*OURS, "postgres", "nats"}


def test_the_file_is_for_old_and_new_compose() -> None:
    assert not {"name", "version"} & set(COMPOSE)


def test_images_have_versions() -> None:
    images = {container["image"] for container in CONTAINERS.values()}
    assert images == {"postgres:18", "nats:2.15", "reemployment:0.1"}
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert bases == ["${BASE}", "${BASE}"]
    assert "ARG BASE=python:3.13-slim\n" in DOCKERFILE


@pytest.mark.parametrize("name", sorted(SEALED_APART))
def test_who_reads_whom_is_sealed_by_a_container_of_its_own(name: str, secrets: Path) -> None:
    seal, service = CONTAINERS[f"{name}-seal"], CONTAINERS[name]
    assert seal["command"] == [service["command"][0], "seal"]
    assert seal["secrets"] == service["secrets"]
    told, of_service = environment_of(f"{name}-seal", secrets), environment_of(name, secrets)
    assert told["DATABASE_URL"] == of_service["DATABASE_URL"]
    assert told["KEYS_FILE"] == of_service["KEYS_FILE"]


@pytest.mark.parametrize("container", CONTAINERS)
def test_containers_can_do_little(container: str) -> None:
    it = CONTAINERS[container]
    assert it["read_only"] is True
    assert it["cap_drop"] == ["ALL"]
    assert it["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "pids_limit", "cpus"} <= set(it)
    assert not {"privileged", "user", "network_mode", "pid"} & set(it)
    if container != "postgres":
        assert "cap_add" not in it


def test_only_the_front_door_is_published_and_on_loopback() -> None:
    published = {name: it["ports"] for name, it in CONTAINERS.items() if "ports" in it}
    assert published == {"front-door": ["127.0.0.1:8000:8000"]}
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert [n for n, it in CONTAINERS.items() if "outside" in it["networks"]] == ["front-door"]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_starts_as_the_process_contract_says(service: Any, secrets: Path) -> None:
    it = CONTAINERS[service.name]
    assert it["command"] == [f"{service.package}.app", "serve"]
    assert it["depends_on"]["provision"]["condition"] == "service_completed_successfully"
    told = environment_of(service.name, secrets)
    sealed_apart = service.name in SEALED_APART
    signs = service.name in prepare.SIGNING
    signing = {"SIGNING_KEYS_FILE", "PUBLIC_URL", "FORWARDED_ALLOW_IPS"} if signs else set()
    assert set(told) == signing | {
        "DATABASE_URL", "NATS_URL", "NATS_USER", "NATS_PASSWORD", "ROLE", "HOST", "PORT", "CITY",
        "BUSINESS_DAY", "ISSUER", "AUDIENCE", "JWKS_URL", "KEYS_FILE", "POLICY_OVERLAY",
        "ENVIRONMENT", "PUBLIC_PATH", "LOG_LEVEL",
    } | ({"SEALS"} if sealed_apart else set())  # fmt: skip
    assert told["ROLE"] == "all"
    assert told.get("SEALS", "true") == ("false" if sealed_apart else "true")
    assert told["PUBLIC_PATH"] == f"/api/{service.name}"
    assert told["DATABASE_URL"].startswith(f"postgresql://{service.package}_app:")
    assert told["DATABASE_URL"].endswith(f"@postgres:5432/{service.package}")
    assert told["NATS_USER"] == service.name
    keys, *more = it["secrets"]
    assert more == ([f"{service.package}_signing"] if signs else [])
    if signs:
        assert told["SIGNING_KEYS_FILE"] == f"/run/secrets/{more[0]}"
        assert COMPOSE["secrets"][more[0]]["file"] == f".secrets/keys/{service.name}-signing.json"
        assert (secrets / "keys" / f"{service.name}-signing.json").exists()
    assert told["KEYS_FILE"] == f"/run/secrets/{keys}"
    assert COMPOSE["secrets"][keys]["file"] == f".secrets/keys/{service.name}.json"


def test_the_front_door_knows_all_services(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment_of("front-door", secrets).items():
        monkeypatch.setenv(name, value)
    settings = FrontDoorSettings()
    names = {service.name for service in SERVICES}
    assert set(settings.service_urls) == set(CONTAINERS["front-door"]["depends_on"]) == names
    jwks = CONTAINERS["registry"]["environment"]["JWKS_URL"]
    assert jwks == "http://front-door:8000/issuer/jwks"
    assert "front-door" in settings.allowed_hosts
    assert settings.issuer == environment_of("registry", secrets)["ISSUER"]


def test_only_provisioning_has_the_keys_to_everything() -> None:
    holders = [n for n, it in CONTAINERS.items() if "passwords" in it.get("secrets", [])]
    assert holders == ["provision"]
    used = {name for it in CONTAINERS.values() for name in it.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])


def test_no_file_holds_a_password(secrets: Path) -> None:
    for file in (DEPLOY / "compose.yaml", DEPLOY / "Dockerfile", *(DEPLOY / "nats").iterdir()):
        assert not re.search(r"(?i)password\w*\"?\s*[:=]\s*\"?[a-z0-9]{8,}", file.read_text()), file
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert (secrets / ".gitignore").read_text() == "*\n"


def test_what_was_made_is_kept(secrets: Path) -> None:
    files = [secrets / "passwords.json", *sorted((secrets / "keys").iterdir())]
    before = [file.read_bytes() for file in files]
    prepare.prepare(secrets, choose("none", None))
    assert [file.read_bytes() for file in files] == before
    assert len(files) == 8


def test_the_brokers_file_is_what_the_services_need(secrets: Path) -> None:
    """After a change of what a service publishes or hears: python -m trial.broker."""
    assert broker.FILE.read_text() == broker.configuration()
    told = environment_of("nats", secrets)
    assert set(re.findall(r"password: \$(\w+)", broker.configuration())) <= set(told)
    assert all(value[0].isalpha() for name, value in told.items() if name != "GOMEMLIMIT")


def test_the_image_imports_from_the_folders_that_exist() -> None:
    (path,) = re.findall(r"PYTHONPATH=(\S+)", DOCKERFILE)
    folders = {ROOT / part.removeprefix("/app/") for part in path.split(":")}
    services = {file.parent for file in ROOT.glob("services/*/pyproject.toml")}
    assert folders == {ROOT / "shared", DEPLOY, *services}
    for service in services:
        about = tomllib.loads((service / "pyproject.toml").read_text())
        assert (service / about["tool"]["house"]["package"]).is_dir()


def test_the_image_runs_as_nobody_special_from_hashed_wheels() -> None:
    assert "USER 10001:10001" in DOCKERFILE
    assert 'ENTRYPOINT ["python", "-m"]' in DOCKERFILE
    assert DOCKERFILE.count("--require-hashes") == 2
    assert "requirements.runtime.lock" in DOCKERFILE
    assert "/health/live" in DOCKERFILE
