"""Readiness knows the newest revision without Alembic, and knows the same as Alembic."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from kit import migrations

PACKAGES = ("registry", "jobs_market", "subsidy", "loans", "assessment")


@pytest.mark.parametrize("package", PACKAGES)
def test_head_is_alembics(package: str) -> None:
    script = ScriptDirectory.from_config(migrations.configuration(package))
    assert migrations.head(package) == script.get_current_head()


def test_two_ends_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "two_ends"
    package.mkdir()
    (package / "__init__.py").touch()
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    for name, before in (("a", None), ("b", "a"), ("c", "a")):
        (versions / f"{name}.py").write_text(f"revision = {name!r}\ndown_revision = {before!r}\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RuntimeError, match="2 ends"):
        migrations.head("two_ends")


def test_a_service_that_serves_does_not_import_alembic() -> None:
    code = (
        "import sys, loans.app; sys.exit('sqlalchemy' in sys.modules or 'alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
