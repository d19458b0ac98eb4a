"""The shape of the house: names that must agree, rooms, walls, and words that must not be there."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from pathlib import Path

import pytest

from kit import roles
from kit.auth import Requires
from kit.service import Service
from tests.world import PACKAGES

ROOT = Path(__file__).parents[2]
SERVICES = sorted(p.name for p in (ROOT / "services").iterdir() if p.is_dir())
ROOMS = {"domain.py", "store.py", "usecases.py", "api.py", "__init__.py"}
#: A room that outgrows its size gets a companion, named for what it holds and listed here.
COMPANIONS = {
    "domain.py": {
        "lines.py",
        "rule.py",
        "rules.py",
        "record.py",
        "claims.py",
        "names.py",
        "acts.py",
        "standing.py",
        "twice.py",
        "facts.py",
        "durations.py",
        "evidence.py",
        "clauses.py",
        "amounts.py",
        "kept.py",
    },
    "store.py": {"seeds.py", "reading.py", "changes.py", "payments.py", "shares.py"},
    "usecases.py": {
        "applying.py",
        "cases.py",
        "census.py",
        "reversing.py",
        "comparing.py",
        "correcting.py",
        "declaring.py",
        "deciding.py",
        "ending.py",
        "issuing.py",
        "recovering.py",
        "showing.py",
        "files.py",
        "terms.py",
        "events.py",
        "folding.py",
        "freezing.py",
        "glyphs.py",
        "paying.py",
        "places.py",
        "posting.py",
        "printing.py",
        "reviewing.py",
        "succession.py",
        "verifying.py",
    },
    "api.py": {"wire.py", "bodies.py", "public.py"},
}
COMPANION_ROOMS = set().union(*COMPANIONS.values())


def service_of(package: str) -> Service:
    service: Service = importlib.import_module(f"{package}.app").SERVICE
    return service


def sources(*folders: str) -> list[Path]:
    return sorted(p for f in folders for p in (ROOT / f).rglob("*.py") if "/." not in str(p))


@pytest.mark.parametrize("name", SERVICES)
def test_one_name_everywhere(name: str) -> None:
    package = name.replace("-", "_")
    service = service_of(package)
    assert (service.name, service.package) == (name, package)
    about = tomllib.loads((ROOT / "services" / name / "pyproject.toml").read_text())
    assert about["project"]["name"].endswith(name)
    assert service.catalogue.service == name
    assert set(roles.NOUNS) == set(SERVICES)
    assert package in PACKAGES


@pytest.mark.parametrize("name", SERVICES)
def test_every_noun_has_the_same_rooms(name: str) -> None:
    package = ROOT / "services" / name / name.replace("-", "_")
    for folder in package.iterdir():
        if folder.is_dir() and folder.name != "__pycache__":
            rooms = {p.name for p in folder.glob("*.py")}
            assert rooms <= ROOMS | COMPANION_ROOMS, f"{folder}: {rooms - ROOMS - COMPANION_ROOMS}"
            for companion in rooms & COMPANION_ROOMS:
                room = next(room for room, names in COMPANIONS.items() if companion in names)
                assert room in rooms, f"{folder}/{companion} without {room}"
            assert {"domain.py", "store.py"} & rooms or "usecases.py" in rooms, folder


def test_no_room_without_a_meaning() -> None:
    forbidden = re.compile(r"^(utils?|helpers?|common|misc|base|manager)s?\.py$")
    found = [p for p in sources("services", "shared", "deploy", "tests") if forbidden.match(p.name)]
    assert found == []


def test_rooms_stay_small() -> None:
    large = {
        str(p.relative_to(ROOT)): lines
        for p in sources("services", "shared/kit", "deploy")
        if "tests" not in p.parts
        and "migrations" not in p.parts
        and (lines := len(p.read_text().splitlines())) > 420
    }
    assert large == {}


def test_only_the_kit_commits() -> None:
    """A transaction is opened by a use case and ended by leaving it; nobody says commit."""
    for path in sources("services"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in ("commit", "rollback"):
                # A loan is committed by its guarantor; a transaction by nobody.
                on = node.value.id if isinstance(node.value, ast.Name) else ""
                assert on not in ("tx", "connection", "db", "driver"), f"{path}:{node.lineno}"
            opens = isinstance(node, ast.Attribute) and node.attr == "transaction"
            if opens and path.name not in ("usecases.py", *COMPANIONS["usecases.py"]):
                # Reads may open a read-only look in api; a writing transaction is a use case's.
                raise AssertionError(f"{path}:{node.lineno} opens a transaction")


def test_a_store_is_reached_from_its_own_noun_only() -> None:
    """A noun may call another noun's use case, never its store."""
    for package in PACKAGES:
        root = ROOT / "services" / package.replace("_", "-") / package
        for path in root.rglob("*.py"):
            if path.name == "app.py":
                continue  # the composition root may know every part
            noun = path.parent.name if path.parent != root else None
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith(
                    package
                ):
                    continue
                parts = (node.module or "").split(".")
                names = {alias.name for alias in node.names}
                reaches = (len(parts) == 3 and parts[2] == "store") or (
                    len(parts) == 2 and "store" in names
                )
                assert not reaches or parts[1] == noun, (
                    f"{path}:{node.lineno} {node.module} {names}"
                )


def test_domains_are_pure() -> None:
    """No clock, no chance, no I/O, no HTTP, no SQL in a domain."""
    forbidden = {
        "asyncio", "asyncpg", "fastapi", "httpx", "nats", "os", "random", "secrets", "socket",
        "sqlalchemy", "starlette", "time",
    }  # fmt: skip
    allowed_kit = {
        "kit.areas",
        "kit.crypto",
        "kit.decisions",
        "kit.facts",
        "kit.holidays",
        "kit.identities",
        "kit.life_facts",
        "kit.lifecycle",
        "kit.money",
        "kit.policy",
        "kit.refusal",
        "kit.unemployment",
        "kit.workdays",
    }
    for path in sources("services"):
        if path.name != "domain.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            modules = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [f"kit.{alias.name}" for alias in node.names]
                if isinstance(node, ast.ImportFrom) and node.module == "kit"
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for module in modules:
                assert module.split(".")[0] not in forbidden, f"{path} imports {module}"
                if module.startswith("kit"):
                    assert module in allowed_kit, f"{path} imports {module}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in ("now", "utcnow", "today"), f"{path}:{node.lineno}"


def test_no_binary_floats_where_money_is() -> None:
    for path in sources("services", "shared/kit"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "float"
            ):
                assert path.name in ("auth.py",), f"{path}:{node.lineno} makes a float"


def test_the_kit_knows_no_noun() -> None:
    """Events and tables of a service never appear in the platform."""
    told = {event.name for p in PACKAGES for event in service_of(p).catalogue.published}
    for path in sources("shared/kit"):
        text = path.read_text()
        found = [
            name for name in told if name in text and "registry.worker.registered.v1" not in name
        ]
        assert found == [], path


@pytest.mark.parametrize("package", PACKAGES)
def test_every_route_names_its_scope(package: str) -> None:
    """A route without a scope is public, and says so."""
    from kit.contracts import openapi

    document = openapi(service_of(package))
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if operation.get("x-public"):
                continue
            assert operation.get("security"), f"{method} {path} asks for nothing"
            scope = operation.get("x-scope")
            assert scope in roles.SCOPES or path == "/v1/me", f"{method} {path}: {scope}"


def test_no_scope_is_held_by_nobody() -> None:
    used = set()
    for package in PACKAGES:
        for router in service_of(package).routers:
            for route in router.routes:
                for dependency in getattr(getattr(route, "dependant", None), "dependencies", []):
                    call = dependency.call
                    scope = (
                        call.scope_name
                        if isinstance(call, Requires)
                        else getattr(call, "scope_name", None)
                    )
                    if scope:
                        used.add(scope)
    held = set().union(*(scopes for role, scopes in roles.ROLES.items() if role != "loader"))
    assert used, "no scope was found: the test looks in the wrong place"
    assert used <= held | {s for s in used if s.endswith(":import")}, sorted(used - held)


def test_no_registry_address_is_tracked() -> None:
    import subprocess

    pattern = r"(py[p]i|[p]ythonhosted|registry[.]n[p]mjs|deb[.][d]ebian)[.](org|com)"
    done = subprocess.run(
        ["git", "grep", "-lIE", pattern], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout == ""
