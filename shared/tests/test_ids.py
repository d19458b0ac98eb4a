"""Identifiers, areas, money, settings and roles: what is pure and small."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from kit import areas, context, ids, money, roles
from kit.settings import Settings


def test_ids_made_one_after_the_other_are_in_order() -> None:
    made = [ids.new_id() for _ in range(2000)]
    assert made == sorted(made)
    assert len(set(made)) == 2000


def test_an_id_tells_when_it_was_made() -> None:
    assert abs(datetime.now(UTC) - ids.made_at(ids.new_id())) < timedelta(seconds=5)
    with pytest.raises(ValueError, match="UUIDv7"):
        ids.made_at(uuid4())


def test_the_first_id_of_an_instant_is_not_above_the_ids_made_then() -> None:
    one = ids.new_id()
    assert ids.first_id_at(ids.made_at(one)) <= one


def test_the_context_is_bound_for_a_block_and_restored() -> None:
    outer = context.correlation_id()
    with context.bind(actor="clerk") as bound:
        assert context.current() is bound
        context.name_actor("approver")
        assert context.current().actor == "approver"
        assert context.current().correlation_id == bound.correlation_id
    assert context.correlation_id() == outer


@pytest.mark.parametrize(
    ("code", "level", "prefix"),
    [
        ("231102001003", "community", "231102001003"),
        ("231102001000", "street", "231102001"),
        ("231102000000", "district", "231102"),
        ("231100000000", "city", "2311"),
        ("230000000000", "province", "23"),
        ("000000000000", "country", ""),
    ],
)
def test_a_code_tells_its_level(code: str, level: str, prefix: str) -> None:
    assert areas.level(code) == level
    assert areas.prefix(code) == prefix


def test_an_area_holds_itself_and_what_is_below_it() -> None:
    assert areas.within("231102001003", "231102000000")
    assert areas.within("231102000000", "231102000000")
    assert not areas.within("231102000000", "231102001000")
    assert not areas.within("231181000000", "231102000000")
    assert areas.parent("231102001003") == "231102001000"
    assert areas.parent("231102000000") == "231100000000"
    assert areas.parent("230000000000") is None
    assert areas.of_city("231100") == "231100000000"


@pytest.mark.parametrize(
    "code", ["", "2311", "23110000000x", "２３１１００００００００", "2311000000000"]
)
def test_what_is_not_twelve_digits_is_no_area(code: str) -> None:
    with pytest.raises(ValueError, match="twelve digits"):
        areas.level(code)


@given(st.integers(-money.FEN_MAX + 1, money.FEN_MAX - 1))
def test_fen_survive_the_wire(amount: int) -> None:
    assert money.fen(money.yuan(amount)) == amount


@pytest.mark.parametrize(
    ("text", "fen"), [("12.3", 1230), ("0", 0), ("-0.05", -5), ("1234.50", 123450)]
)
def test_yuan_text_is_exact(text: str, fen: int) -> None:
    assert money.fen(text) == fen
    assert money.fen(Decimal(text)) == fen


@pytest.mark.parametrize(
    "text", ["", "1.234", "1e3", " 1", "1,000", "+1", "01", "١", ".5", "1.", "NaN", "1\n"]
)
def test_what_is_not_yuan_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="yuan"):
        money.fen(text)


def test_shares_are_rounded_once_and_half_up() -> None:
    assert money.share(5, 1, 10) == 1
    assert money.share(-5, 1, 10) == -1
    assert money.share(100, 1, 3) == 33


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")
    amount: money.YuanPositive


class Told(BaseModel):
    amount: money.Yuan


@pytest.mark.parametrize(
    "body", [{"amount": 1234}, {"amount": 12.5}, {"amount": True}, {"amount": "0"}]
)
def test_a_callers_amount_is_text_and_positive(body: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Asked.model_validate(body)


def test_an_amount_is_fen_inside_and_yuan_outside() -> None:
    assert Asked.model_validate({"amount": "12.30"}).amount == 1230
    assert Asked.model_validate_json('{"amount": "12.30"}').amount == 1230
    assert Told(amount=1230).model_dump_json() == '{"amount":"12.30"}'
    assert Told(amount=1230).model_dump() == {"amount": 1230}
    with pytest.raises(ValidationError):
        Told.model_validate_json('{"amount": 1230}')
    assert Told.model_json_schema()["properties"]["amount"]["format"] == "yuan"


def test_the_business_day_is_the_one_that_is_set() -> None:
    settings = Settings(
        service="registry", database_url="postgresql://x", business_day="2003-10-31"
    )  # type: ignore[arg-type]
    assert settings.today() == date(2003, 10, 31)
    assert "postgresql" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.port = 1


def test_settings_come_from_the_environment_without_a_prefix(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://there")
    monkeypatch.setenv("PUBLIC_PATH", "/api/jobs-market")
    monkeypatch.setenv("BUSINESS_DAY", "")
    monkeypatch.setenv("UNKNOWN_KEY", "1")
    settings = Settings(service="jobs-market")  # type: ignore[call-arg]
    assert settings.database_url.get_secret_value() == "postgresql://there"
    assert settings.business_day is None
    assert settings.environment == "production"


def test_the_auditor_reads_everything_and_changes_nothing() -> None:
    scopes = roles.ROLES["auditor"]
    reads = {scope for scope in roles.SCOPES if scope.endswith(":read")}
    plain = {"registry:identity:read", "registry:contact:read", "subsidy:payee-account:read"}
    assert reads - plain == scopes  # masked people and accounts only


def test_every_role_has_only_scopes_that_exist() -> None:
    for role, scopes in roles.ROLES.items():
        assert scopes <= roles.SCOPES, role
        assert scopes, role


def test_no_one_who_prepares_a_certificate_or_a_payment_approves_it() -> None:
    for role, scopes in roles.ROLES.items():
        if role == "loader":
            continue
        for noun in ("registry:certificate", "subsidy:payment", "subsidy:appropriation"):
            assert not {f"{noun}:write", f"{noun}:approve"} <= scopes, (role, noun)


def test_the_loader_exists_only_in_the_embedded_run() -> None:
    assert roles.scopes_of(("loader",), embedded=True) == roles.SCOPES
    assert roles.scopes_of(("loader", "nobody"), embedded=False) == frozenset()
