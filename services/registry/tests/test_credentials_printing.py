"""The printed papers: what stands on them, in which fonts, and who may have them."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from kit.rates import Rates
from registry.credentials.printing import Printer


async def issued(registry: Any, **fields: Any) -> str:
    worker = await registry.worker(**fields)
    return str(await registry.certificate(worker, issued_on="2003-04-10"))


async def printed(registry: Any, certificate: str, paper: str = "card") -> bytes:
    answer = await registry.http.get(f"/v1/certificates/{certificate}/{paper}.pdf?purpose=issue")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    content: bytes = answer.content
    return content


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """By name: whether its outlines are in the file."""
    found = {}
    for page in PdfReader(BytesIO(pdf)).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = inner["/FontDescriptor"].get_object()
            found[str(inner["/BaseFont"])] = any(
                key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")
            )
    return found


async def test_a_card_says_what_a_card_must(registry: Any) -> None:
    certificate = await issued(registry)
    pdf = await printed(registry, certificate)
    about = await registry.get(f"/v1/certificates/{certificate}")
    record = await registry.get(f"/v1/certificates/{certificate}/credential")
    text = text_of(pdf)
    for words in (
        "王小明", "女", "1960-05-04", "国有企业下岗职工", about["number"], "2003-04-10", "2006-04-10",
        "爱辉区就业局", record["check_code"],
    ):  # fmt: skip
        assert words in text, words
    assert re.search(r"[0-9]{17}[0-9X]", text) is None, "the ID number is masked"
    first, second = PdfReader(BytesIO(pdf)).pages
    for page in (first, second):
        assert [round(float(n) / 72 * 25.4, 1) for n in page.mediabox[2:]] == [85.6, 54.0]


async def test_an_account_prints_so_many_people_and_waits(registry: Any) -> None:
    """Each certificate of a file is counted, whatever paper and whatever operation."""
    registry.thing.app.state.print_rates = Rates("4/minute")
    ids = [await issued(registry, born=f"196{n}0504") for n in range(3)]
    body = {"certificate_ids": [*ids, ids[0]], "paper": "card", "purpose": "issue"}
    await printed(registry, ids[0])
    assert (await registry.http.post("/v1/credentials/prints", json=body)).status_code == 200
    path = f"/v1/certificates/{ids[0]}"
    for refused in (
        await registry.http.get(f"{path}/card.pdf?purpose=issue"),
        await registry.http.get(f"{path}/booklet.pdf?purpose=issue"),
        await registry.http.post("/v1/credentials/prints", json=body),
    ):
        assert (refused.status_code, refused.json()["code"]) == (429, "too-many-requests")
        assert 1 <= int(refused.headers["retry-after"]) <= 61
        assert "王小明" not in refused.text
    other = registry.thing.client("registry_clerk", subject="other")
    assert (await other.get(f"{path}/card.pdf?purpose=issue")).status_code == 200


async def test_the_fonts_are_in_the_file(registry: Any) -> None:
    certificate = await issued(registry)
    for paper in ("card", "booklet"):
        fonts = fonts_of(await printed(registry, certificate, paper))
        assert fonts
        assert all("RegistrySansSC" in name and inside for name, inside in fonts.items()), fonts


async def test_the_same_card_is_the_same_file(registry: Any) -> None:
    certificate = await issued(registry)
    pdf = await printed(registry, certificate)
    assert await printed(registry, certificate) == pdf
    about = PdfReader(BytesIO(pdf)).metadata
    assert about is not None
    assert about["/CreationDate"].startswith("D:20030409160000"), "the day of issue, as UTC"
    assert about["/Title"] == "再就业优惠证（卡）"
    assert "王小明" not in str(about)


@pytest.mark.parametrize(
    "name",
    [
        "龘䶮㐱",
        "王𬱖",
        "欧阳𬍛",
        "买买提·艾力",
        "#eval(1)$x$*_@<a>[b]\\#{}",
        "`code` // = /* -- ~",
        '"; }',
    ],
)
async def test_a_name_is_printed_as_it_is(registry: Any, name: str) -> None:
    certificate = await issued(registry, name=name)
    text = text_of(await printed(registry, certificate))
    assert re.sub(r"\s", "", name) in re.sub(r"\s", "", text)


@pytest.mark.parametrize("paper", ["card", "booklet"])
async def test_a_glyph_that_no_font_has_is_told_by_its_place(registry: Any, paper: str) -> None:
    certificate = await issued(registry, name="王\U00020000明")
    path = f"/v1/certificates/{certificate}/{paper}.pdf"
    refused = await registry.get(path, 409, purpose="issue")
    assert refused["code"] == "glyph-missing"
    assert refused["detail"] == "name 第 2 个字"
    assert "\U00020000" not in str(refused)
    assert "王" not in str(refused)


async def test_a_font_of_the_installation_closes_the_gap(registry: Any, tmp_path: Any) -> None:
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.t2CharStringPen import T2CharStringPen

    pen = T2CharStringPen(1000, None)
    pen.moveTo((0, 0))
    pen.lineTo((800, 0))
    pen.lineTo((800, 800))
    pen.closePath()
    drawn, nothing = pen.getCharString(), T2CharStringPen(1000, None).getCharString()
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder([".notdef", "rare"])
    builder.setupCharacterMap({0x20000: "rare"})
    builder.setupCFF("Rare", {}, {".notdef": nothing, "rare": drawn}, {})
    builder.setupHorizontalMetrics({".notdef": (1000, 0), "rare": (1000, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Rare", "styleName": "Regular", "psName": "Rare"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(tmp_path / "rare.otf")
    service = registry.thing.service
    registry.thing.app.state.printer = Printer([service.root / "assets" / "fonts", tmp_path])
    certificate = await issued(registry, name="王\U00020000明")
    pdf = await printed(registry, certificate)
    assert "王\U00020000明" in text_of(pdf)
    assert any("Rare" in name and inside for name, inside in fonts_of(pdf).items())


async def test_a_booklet_page_shows_what_was_granted(registry: Any) -> None:
    from kit.ids import new_id

    worker = await registry.worker()
    certificate = await registry.certificate(worker, issued_on="2003-04-10")
    await registry.thing.deliver(
        registry.thing.heard(
            "loans.loan.disbursed.v1",
            new_id(),
            {"worker_id": worker, "principal": "20000.00", "disbursed_on": "2003-06-02"},
        )
    )
    held = await registry.get("/v1/benefits", certificate_id=certificate)
    text = text_of(await printed(registry, certificate, "booklet"))
    assert len(held["items"]) == 1
    assert "小额担保贷款" in re.sub(r"\s", "", text)
    assert "20000.00" in text
    assert "年检记录" in text


async def test_the_code_on_the_card_is_the_statement(registry: Any) -> None:
    """What the picture encodes is what was handed to the drawing; a camera has the last word."""
    certificate = await issued(registry)
    told = await registry.post(f"/v1/certificates/{certificate}/credentials", {})
    assert len(told["verification_url"]) < 1_171, "version 24 at level L: 113 modules"
    assert "img" not in text_of(await printed(registry, certificate))


async def test_many_are_one_file(registry: Any) -> None:
    ids = [await issued(registry, name=f"王小{n}") for n in "一二三"]
    body = {"certificate_ids": ids, "paper": "card", "purpose": "issue"}
    answer = await registry.http.post("/v1/credentials/prints", json=body)
    assert answer.status_code == 200, answer.text
    pages = PdfReader(BytesIO(answer.content)).pages
    assert len(pages) == 6
    assert ["王小二" in page.extract_text() for page in pages] == [
        False,
        False,
        True,
        False,
        False,
        False,
    ]
    too_many = {**body, "certificate_ids": [ids[0]] * 101}
    assert (await registry.http.post("/v1/credentials/prints", json=too_many)).status_code == 422


async def test_papers_are_for_those_who_may_read_names(registry: Any) -> None:
    certificate = await issued(registry)
    path = f"/v1/certificates/{certificate}/card.pdf"
    client = registry.thing.client
    assert (await registry.http.get(path)).status_code == 422, "why is it printed?"
    assert (await registry.http.get(f"{path}?purpose=curiosity")).status_code == 422
    for role in ("auditor", "certificate_approver", "station_clerk", "loans_officer"):
        assert (await client(role).get(f"{path}?purpose=issue")).status_code == 403, role
    abroad: httpx.AsyncClient = client("registry_clerk", area="231121000000", office="231121-b")
    assert (await abroad.get(f"{path}?purpose=issue")).status_code == 404
    body = {"certificate_ids": [certificate], "paper": "card", "purpose": "issue"}
    refused = await abroad.post("/v1/credentials/prints", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown-certificate")
    own = client("registry_clerk", area="231102000000", office="231102-employment-bureau")
    assert (await own.get(f"{path}?purpose=issue")).status_code == 200


async def test_what_is_not_in_force_is_not_printed(registry: Any) -> None:
    worker = await registry.worker()
    certificate = await registry.certificate(worker)
    path = f"/v1/certificates/{certificate}/card.pdf"
    assert (await registry.get(path, 409, purpose="issue"))["code"] == "certificate-not-in-force"
    unknown = "00000000-0000-7000-8000-000000000000"
    await registry.get(f"/v1/certificates/{unknown}/card.pdf", 404, purpose="issue")


async def access_lines(registry: Any, worker: str) -> list[tuple[Any, ...]]:
    async with registry.thing.db.looking() as tx:
        rows = await tx.fetch(
            "select operation, outcome, purpose, fields, account from access_log"
            " where subject_id = $1::uuid and operation like 'print%' order by id",
            worker,
        )
    return [tuple(row) for row in rows]


async def test_whoever_prints_a_name_leaves_a_line_with_the_purpose(registry: Any) -> None:
    worker = await registry.worker()
    certificate = await registry.certificate(worker, issued_on="2003-04-10")
    await printed(registry, certificate)
    abroad = registry.thing.client(
        "registry_clerk", area="231121000000", office="231121-b", subject="curious"
    )
    path = f"/v1/certificates/{certificate}/booklet.pdf?purpose=inspection"
    assert (await abroad.get(path)).status_code == 404
    body = {"certificate_ids": [certificate], "paper": "card", "purpose": "reissue"}
    assert (await abroad.post("/v1/credentials/prints", json=body)).status_code == 422
    lines = await access_lines(registry, worker)
    assert [line[:3] for line in lines] == [
        ("print_card", "read", "issue"), ("print_booklet", "denied", "inspection"),
        ("print_papers", "denied", "reissue"),
    ]  # fmt: skip
    assert "name" in lines[0][3]
    assert [line[4] for line in lines[1:]] == ["curious", "curious"]
