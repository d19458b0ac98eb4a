"""ID numbers: reading, encrypting, finding, masking."""

from __future__ import annotations

from base64 import b64encode
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from stdnum.cn import ric

from kit import messages
from kit.crypto import (
    IdNumberText,
    InvalidIdNumber,
    Keyring,
    NoKey,
    NotOpened,
    check_digit,
    holds_id_number,
    mask_id_number,
    mask_name,
    new_keys,
    normalise_id_number,
    place,
)

NUMBER = "11010519491231002X"
RING = Keyring(new_keys())


def made(area: str, born: str, serial: str) -> str:
    return (digits := area + born + serial) + check_digit(digits)


@given(st.from_regex(r"[1-8][0-9]{16}", fullmatch=True))
def test_our_check_digit_is_the_libraries(digits: str) -> None:
    assert check_digit(digits) == ric.calc_check_digit(digits + "0")


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        NUMBER.lower(),
        f" {NUMBER} ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105491231002",
    ],
)
def test_a_number_is_read_as_people_write_it(text: str) -> None:
    read = normalise_id_number(text)
    assert (read.number, read.sex, read.birth_date) == (NUMBER, "female", date(1949, 12, 31))


@pytest.mark.parametrize("area", ["810000", "820000", "830000", "500101", "231181"])
def test_residence_permits_and_young_areas_are_people_too(area: str) -> None:
    read = normalise_id_number(made(area, "19600101", "003"))
    assert read.province_known
    assert read.sex == "male"


def test_an_area_that_nobody_knows_is_a_warning_only() -> None:
    assert not normalise_id_number(made("990000", "19600101", "003")).province_known


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "id_number"),
        ("1101051949123100", "id_number"),
        ("X1010519491231002X", "id_number"),
        ("1101051949123100 2X", "id_number"),
        ("٣" * 18, "id_number_check_digit"),
        ("9" * 5000, "id_number"),
        (NUMBER[:-1] + "1", "id_number_check_digit"),
        (made("110105", "19490230", "002"), "id_number_birth_date"),
        (made("110105", "00000000", "002"), "id_number_birth_date"),
        (made("110105", "17491231", "002"), "id_number_birth_date"),
        (made("110105", "20031101", "002"), "id_number_birth_date"),
        ("110105491331002", "id_number_birth_date"),
    ],
)
def test_what_is_no_number_is_refused_without_repeating_it(text: str, code: str) -> None:
    with pytest.raises(InvalidIdNumber) as caught:
        normalise_id_number(text, date(2003, 10, 31))
    assert caught.value.code == code or (
        text.startswith("٣") and caught.value.code.startswith("id_")
    )
    assert caught.value.args == (caught.value.code,)
    assert caught.value.code in messages.known_types()


@given(
    st.dates(date(1900, 1, 1), date(2003, 1, 1)), st.integers(0, 999), st.integers(110000, 659999)
)
def test_every_number_of_the_old_form_has_one_of_the_new(
    born: date, serial: int, area: int
) -> None:
    new = made(str(area), born.strftime("%Y%m%d"), f"{serial:03d}")
    assert normalise_id_number(new).birth_date == born
    if born.year >= 1900 and born.year < 2000:
        assert normalise_id_number(new[:6] + new[8:17]).number == new


UNKNOWN = made("990000", "19491231", "002")
OLD = NUMBER[:6] + NUMBER[8:17]


@pytest.mark.parametrize(
    ("text", "held"),
    [
        (f"王某（{NUMBER}）", True),
        (f"7{NUMBER}", True),
        (f"{NUMBER}13900000000", True),
        (f"20031031{NUMBER.lower()}7", True),
        (f"62{made('110105', '19600101', '003')}4", True),
        (f"x{UNKNOWN}x", True),  # alone: whatever its region
        (f"7{UNKNOWN}", False),  # in a run: nobody was ever given it
        (f"7{made('110105', '18991231', '002')}", False),
        (f"7{NUMBER[:-1]}1", False),  # a wrong check digit
        (OLD, True),
        (f"7{OLD}3", False),  # fifteen digits in a run prove nothing
        ("6222020200012345678", False),
    ],
)
def test_a_number_is_found_in_text_also_in_a_longer_run(text: str, held: bool) -> None:
    assert holds_id_number(text) is held


def test_account_numbers_are_hardly_ever_taken_for_people() -> None:
    chance = Random(20021130)
    accounts = [f"6222{chance.randrange(10**15):015d}" for _ in range(20_000)]
    assert sum(map(holds_id_number, accounts)) <= 4


def test_printing_a_number_shows_the_mask() -> None:
    read = normalise_id_number(NUMBER)
    assert str(read) == "110105********002X"
    assert NUMBER not in repr(read)
    assert "1231" not in repr(read).replace("datetime.date", "")


def test_masks() -> None:
    assert mask_id_number(NUMBER) == "110105********002X"
    assert mask_id_number("110105491231002") == "110105*****1002"
    assert mask_id_number("123") == "***"
    assert (mask_name("张三"), mask_name("欧阳修"), mask_name("李"), mask_name("")) == (
        "张*",
        "欧**",
        "李*",
        "",
    )


class Asked(BaseModel):
    id_number: IdNumberText


def test_a_number_in_a_request_is_a_value_and_is_told_masked() -> None:
    asked = Asked.model_validate({"id_number": NUMBER.lower()})
    assert asked.id_number.number == NUMBER
    assert asked.model_dump_json() == '{"id_number":"110105********002X"}'
    with pytest.raises(ValidationError) as caught:
        Asked.model_validate_json('{"id_number": "110105194912310021"}')
    assert caught.value.errors(include_input=False)[0]["type"] == "id_number_check_digit"
    assert Asked.model_json_schema()["properties"]["id_number"]["writeOnly"] is True


@given(st.text(max_size=60))
def test_what_is_encrypted_opens_in_its_place_and_nowhere_else(text: str) -> None:
    here, there = place("worker.id_number", 1), place("worker.id_number", 2)
    sealed = RING.encrypt(text, here)
    assert RING.decrypt(sealed, here) == text
    with pytest.raises(NotOpened):
        RING.decrypt(sealed, there)
    assert sealed != RING.encrypt(text, here)


def test_a_changed_byte_anywhere_does_not_open() -> None:
    sealed = RING.encrypt(NUMBER, "a|1")
    assert len(sealed) <= 51
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(NotOpened):
            RING.decrypt(bytes(changed), "a|1")
    for short in (b"", b"\x01", sealed[:20]):
        with pytest.raises(NotOpened):
            RING.decrypt(short, "a|1")


def test_old_keys_open_and_the_primary_one_encrypts() -> None:
    content = new_keys()
    old = Keyring(content)
    sealed = old.encrypt(NUMBER, "a|1")
    content["keys"][0]["primary"] = False
    content["keys"].append(
        {"kid": "e2", "purpose": "encrypt", "key": b64encode(b"k" * 32).decode(), "primary": True}
    )
    new = Keyring(content)
    assert new.decrypt(sealed, "a|1") == NUMBER
    assert (new.key_id(sealed), new.key_id(new.encrypt(NUMBER, "a|1"))) == ("e1", "e2")
    with pytest.raises(NotOpened):
        old.decrypt(new.encrypt(NUMBER, "a|1"), "a|1")
    assert old.blind_index(NUMBER, "id_number") == new.blind_index(NUMBER, "id_number")


def test_equal_values_are_found_within_one_purpose_only() -> None:
    assert RING.blind_index(NUMBER, "id_number") == RING.blind_index(NUMBER, "id_number")
    assert RING.blind_index(NUMBER, "account") != RING.blind_index(NUMBER, "id_number")
    assert Keyring(new_keys()).blind_index(NUMBER, "id_number") != RING.blind_index(
        NUMBER, "id_number"
    )
    assert NUMBER.encode() not in RING.blind_index(NUMBER, "id_number")


def test_a_keyring_file_is_private_and_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "keyring.json"
    made_ring = Keyring.generate(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert Keyring.load(file).decrypt(made_ring.encrypt("x", "a|1"), "a|1") == "x"
    with pytest.raises(FileExistsError):
        Keyring.generate(file)


def test_without_keys_nothing_is_written_in_clear() -> None:
    empty = Keyring.load(None)
    with pytest.raises(NoKey):
        empty.encrypt(NUMBER, "a|1")
    with pytest.raises(NoKey):
        empty.blind_index(NUMBER, "id_number")
