"""Statements, status bits and check codes without a database; which glyphs the fonts have."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont

from registry.app import SERVICE
from registry.credentials import domain, glyphs, printing
from registry.credentials.domain import NotVerified, Slot, Standing, Statement
from registry.workers.domain import Category

ISSUER = "https://jy.example/api/registry"
ONE = Statement("23110020030000001", "王**", date(2003, 4, 10), date(2006, 4, 10), 1, 70_311)
FONTS = SERVICE.root / "assets" / "fonts"


def test_a_statement_is_a_verifiable_credential_and_holds_no_more_than_it_must() -> None:
    made = domain.content(ONE, ISSUER)
    assert made["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert made["type"][0] == "VerifiableCredential"
    assert made["credentialSubject"] == {"number": "23110020030000001", "holder": "王**"}
    assert (made["validFrom"], made["validUntil"]) == (
        "2003-04-10T00:00:00+08:00", "2006-04-10T23:59:59+08:00",
    )  # fmt: skip
    assert [
        (entry["type"], entry["statusPurpose"], entry["statusListIndex"],
         entry["statusListCredential"].removeprefix(ISSUER))
        for entry in made["credentialStatus"]
    ] == [
        ("BitstringStatusListEntry", "revocation", "70311", "/v1/status-lists/r1"),
        ("BitstringStatusListEntry", "suspension", "70311", "/v1/status-lists/s1"),
    ]  # fmt: skip
    assert domain.read(made, ISSUER) == ONE


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://other.example"},
        {"type": ["VerifiableCredential"]},
        {"validUntil": "2099-04-10T23:59:59+08:00Z"},
        {"validFrom": 7},
        {"credentialSubject": {"number": "1"}},
        {"credentialSubject": {"number": "1", "holder": "王**", "more": 1}},
        {"credentialStatus": []},
        {"credentialStatus": [{"statusListCredential": "x/r0", "statusListIndex": "1"}]},
        {"extra": True},
    ],
)
def test_what_is_not_of_this_shape_is_no_statement(change: dict[str, Any]) -> None:
    claims = {**deepcopy(domain.content(ONE, ISSUER)), **change}
    with pytest.raises(NotVerified):
        domain.read(claims, ISSUER)


@pytest.mark.parametrize("claims", [None, [], "x", {}, 7])
def test_nor_is_anything_else(claims: Any) -> None:
    with pytest.raises(NotVerified):
        domain.read(claims, ISSUER)


def test_bits_are_set_where_they_should_be_and_nowhere_else() -> None:
    edge = [0, 7, 8, 70_311, 131_071]
    encoded = domain.encode_bits(edge)
    assert encoded.startswith("u")
    assert "=" not in encoded
    near = sorted({n for index in edge for n in (index - 1, index, index + 1) if 0 <= n < 131_072})
    assert [n for n in near if domain.is_set(encoded, n)] == edge
    assert encoded == domain.encode_bits(reversed(edge)), "the same bits, the same text"
    assert not any(domain.is_set(domain.encode_bits([]), n) for n in range(0, 131_072, 997))


def test_the_bit_order_is_that_of_the_specification() -> None:
    """W3C Bitstring Status List 1.0: index 0 is the left-most bit of the first byte."""
    import gzip
    from base64 import urlsafe_b64decode

    text = domain.encode_bits([0, 9])[1:]
    bits = gzip.decompress(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    assert (len(bits), bits[:2]) == (16_384, b"\x80\x40")


def test_the_empty_list_of_the_specification_reads_as_empty() -> None:
    """The example of the W3C text: 131,072 bits, none of them set."""
    example = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
    assert not any(domain.is_set(example, n) for n in (0, 1, 65_535, 131_071))


TODAY = date(2004, 1, 1)
GOOD = Standing("issued", "N1", date(2006, 4, 10))


@pytest.mark.parametrize(
    ("standing", "holds", "purpose"),
    [
        (GOOD, True, None),
        (replace(GOOD, state="suspended"), False, "suspension"),
        (replace(GOOD, state="under_investigation"), False, "suspension"),
        (replace(GOOD, state="revoked"), False, "revocation"),
        (replace(GOOD, state="expired"), False, "revocation"),
        (replace(GOOD, state="lost"), False, "revocation"),
        (replace(GOOD, state="a state that nobody knows yet"), False, "revocation"),
        (replace(GOOD, number="N2"), False, "revocation"),
        (replace(GOOD, state="suspended", number="N2"), False, "revocation"),
        (Standing("publicised", None, None), False, "revocation"),
        (replace(GOOD, valid_until=date(2003, 12, 31)), False, None),
    ],
)
def test_what_a_certificates_state_means_for_its_statement(
    standing: Standing, holds: bool, purpose: str | None
) -> None:
    assert standing.holds("N1", TODAY) is holds
    assert standing.purpose("N1") == purpose


def test_bits_follow_the_certificates() -> None:
    ids = [uuid4() for _ in range(4)]
    slots = [Slot(id, "N1", 1, index) for index, id in enumerate(ids)]
    standings = {
        ids[0]: GOOD,
        ids[1]: replace(GOOD, state="suspended"),
        ids[2]: replace(GOOD, state="revoked"),
    }
    assert domain.marks(slots, standings) == {"revocation": [2, 3], "suspension": [1]}


def test_a_check_code_is_read_as_people_type_it() -> None:
    code = domain.check_code(bytes.fromhex("0123456789") + bytes(27))
    assert code == "04HM-ASW9"
    for typed in ("04HM-ASW9", "04hmasw9", " o4hm asw9 ", "O4HM-ASW9"):
        assert domain.as_read(typed) == code
    assert domain.as_read("04HM") == ""
    letters = {c for n in range(256) for c in domain.check_code(bytes([n]) * 32)}
    assert not letters & set("ILOU")


def test_every_category_has_its_words_on_paper() -> None:
    assert set(get_args(Category)) - {"none"} <= set(printing.CATEGORIES)


# --- fonts --------------------------------------------------------------------------------------


def test_the_fonts_map_is_read_as_the_font_library_reads_it() -> None:
    (file,) = FONTS.glob("*.otf")
    assert glyphs.covered([FONTS]) == frozenset(TTFont(file).getBestCmap())


def test_a_font_of_the_basic_plane_only_is_read_too(tmp_path: Path) -> None:
    """Format 4 alone, with ranges, gaps and glyphs out of order."""
    order = [".notdef", *(f"g{n}" for n in range(9))]
    codes = {
        0x41: "g3",
        0x42: "g1",
        0x43: "g2",
        0x4E00: "g0",
        0x4E01: "g5",
        0x4E05: "g4",
        0xFFFD: "g8",
    }
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(codes)
    pen = T2CharStringPen(500, None)
    builder.setupCFF("Tiny", {}, {name: pen.getCharString() for name in order}, {})
    builder.setupHorizontalMetrics({name: (500, 0) for name in order})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Tiny", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(tmp_path / "tiny.otf")
    assert glyphs.covered([tmp_path]) == frozenset(codes)


def test_a_file_that_is_no_font_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"\x00\x01\x00\x00\x00\x09")
    with pytest.raises(glyphs.NotAFont, match=r"broken\.ttf"):
        glyphs.covered([tmp_path])


def test_the_font_that_comes_along_has_the_characters_of_names() -> None:
    covered = glyphs.covered([FONTS])
    gb2312 = {
        bytes([a, b]).decode("gb2312")
        for a in range(0xB0, 0xF8)
        for b in range(0xA1, 0xFF)
        if not (a == 0xD7 and b > 0xF9)
    }
    assert len(gb2312) == 6_763
    gbk = {
        character
        for a in range(0x81, 0xFF)
        for b in (*range(0x40, 0x7F), *range(0x80, 0xFF))
        for character in bytes([a, b]).decode("gbk", "ignore")
        if "一" <= character <= "鿿"
    }
    extension_a = {chr(code) for code in range(0x3400, 0x4DB6)}
    assert len(gbk) > 20_900
    for wanted in (gb2312, gbk, extension_a):
        assert [c for c in wanted if ord(c) not in covered] == []
    # Characters of 通用规范汉字表 that only extensions B to E have, and ones of people's names.
    rare = "龘䶮㐱𬱖𬍛𬤊𫍯𬸚𫓧𬭎𬬮𬟽"
    assert glyphs.missing(rare, covered) is None
    assert glyphs.missing("王\U00020000", covered) == 2


def test_the_font_is_free_and_small() -> None:
    (file,) = FONTS.glob("*.otf")
    assert file.stat().st_size < 12_000_000
    names = TTFont(file)["name"]
    assert "SIL Open Font License" in (names.getDebugName(13) or "")
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text()
    assert names.getDebugName(1) == "Registry Sans SC"
