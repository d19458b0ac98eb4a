"""Who has an account at the broker to tell facts, and who may be tried in the embedded run."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.policy import Policies
from local.authorities import BadAuthority, authorities
from local.installation import ROOT
from local.personas import PERSONAS, Places
from registry.authorities import authority

POLICIES = Policies.load(ROOT / "services" / "registry" / "policies")


def tellers() -> set[str]:
    """Whoever may tell anything, by the parameters as they stand last."""
    kinds = POLICIES["registry.authority_kinds"].entries[-1].parameter
    payers = POLICIES["registry.contribution_authorities"].entries[-1].parameter
    assert kinds is not None
    assert payers is not None
    assert isinstance(kinds.value, tuple)
    assert isinstance(payers.value, tuple)
    return {code.partition(":")[0] for code in kinds.value} | set(payers.value)


def test_whoever_has_an_account_may_tell_something() -> None:
    assert set(authorities()) <= tellers()
    # The bureau itself tells over HTTP.
    assert tellers() - set(authorities()) == {"employment-bureau"}


@pytest.mark.parametrize("name", ["registry", "Police", "a.b", "police.>", "provisioner", ""])
def test_a_name_that_cannot_be_an_account(tmp_path: Path, name: str) -> None:
    file = tmp_path / "authorities.toml"
    file.write_text(f'[authorities]\n"{name}" = "某局"\n', encoding="utf-8")
    with pytest.raises(BadAuthority):
        authorities(file)


def test_a_persona_of_an_authority_sits_in_its_office() -> None:
    told = {p.key: p for p in PERSONAS.values() if p.role == "authority"}
    offices = {key: Places().office(p.where, p.office) for key, p in told.items()}
    assert offices["civil-affairs"] == "231100-civil-affairs"
    assert {authority(office) for office in offices.values()} <= tellers()
