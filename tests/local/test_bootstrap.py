"""The bootstrap rebuilds the environment exactly when what it is made from has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from local import bootstrap


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "deploy/local").mkdir(parents=True)
    for name in (bootstrap.BOOTSTRAP_LOCK, bootstrap.LOCK, "deploy/local/bootstrap.py"):
        (tmp_path / name).write_text(name)
    (tmp_path / "services/loans").mkdir(parents=True)
    (tmp_path / "services/loans/pyproject.toml").touch()
    return tmp_path


def stamped(root: Path) -> None:
    (root / ".venv/bin").mkdir(parents=True, exist_ok=True)
    bootstrap.environment_python(root).touch()
    (root / ".venv/house.stamp").write_text(bootstrap.fingerprint(root))


def test_nothing_there_is_not_up_to_date(checkout: Path) -> None:
    assert not bootstrap.up_to_date(checkout)


def test_unchanged_is_up_to_date(checkout: Path) -> None:
    stamped(checkout)
    assert bootstrap.up_to_date(checkout)


@pytest.mark.parametrize("changed", [bootstrap.LOCK, bootstrap.BOOTSTRAP_LOCK])
def test_changed_lock_is_noticed(checkout: Path, changed: str) -> None:
    stamped(checkout)
    (checkout / changed).write_text("another version")
    assert not bootstrap.up_to_date(checkout)


def test_a_new_service_is_noticed(checkout: Path) -> None:
    stamped(checkout)
    (checkout / "services/registry").mkdir()
    (checkout / "services/registry/pyproject.toml").touch()
    assert not bootstrap.up_to_date(checkout)


def test_a_python_that_is_gone_is_noticed(checkout: Path) -> None:
    stamped(checkout)
    bootstrap.environment_python(checkout).unlink()
    bootstrap.environment_python(checkout).symlink_to("/nowhere/python3.11")
    assert not bootstrap.up_to_date(checkout)


def test_a_moved_checkout_is_noticed(
    checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stamped(checkout)
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "checkout"
    checkout.rename(elsewhere)
    assert not bootstrap.up_to_date(elsewhere)


def test_path_file_names_kit_services_and_runner(checkout: Path) -> None:
    site = checkout / ".venv/lib/python3.11/site-packages"
    site.mkdir(parents=True)
    bootstrap.write_path_file(checkout)
    assert (site / "house.pth").read_text().splitlines() == [
        str(checkout / "shared"),
        str(checkout / "services/loans"),
        str(checkout / "deploy"),
    ]


def test_python_without_pip_is_told_what_to_install(checkout: Path) -> None:
    bare = checkout / "python"
    bare.write_text("#!/bin/sh\nexit 1\n")
    bare.chmod(0o755)
    with pytest.raises(bootstrap.CannotBootstrap, match="apt install python3-pip"):
        bootstrap.pip_command(checkout, str(bare))


def test_locks_name_no_host() -> None:
    for name in ("requirements-bootstrap", "requirements.runtime", "requirements"):
        text = (bootstrap.ROOT / f"{name}.lock").read_text()
        assert "://" not in text
        assert "--index" not in text
        requirements = [line for line in text.splitlines() if line[:1].isalnum()]
        assert requirements
        assert all(line.endswith("\\") for line in requirements), "every one has its hashes"


def test_images_install_the_versions_that_are_tested() -> None:
    def pins(name: str) -> set[str]:
        lines = (bootstrap.ROOT / name).read_text().splitlines()
        return {line.split(" ")[0] for line in lines if line[:1].isalnum()}

    assert pins("requirements.runtime.lock") <= pins("requirements.lock")
