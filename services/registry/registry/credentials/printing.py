"""The printed card and booklet pages: PDF through typst, drawn beside the loop, few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import orjson
import segno
import typst

from kit import audit
from kit.auth import Actor
from kit.money import yuan
from kit.problems import NotFound
from kit.service import Runtime
from kit.settings import CITY_TIME
from registry.authorities import authority
from registry.benefits import usecases as benefits
from registry.benefits.domain import TABLE
from registry.benefits.reading import Line
from registry.certificates import cases
from registry.certificates.domain import Certificate, NoSuchCertificate
from registry.credentials import domain, glyphs
from registry.credentials.usecases import Signed, sign_all
from registry.custody import usecases as custody
from registry.custody.domain import Custody
from registry.offices import usecases as offices
from registry.workers import usecases as workers
from registry.workers.domain import OnPaper

Paper = Literal["card", "booklet"]
TITLES: dict[Paper, str] = {"card": "再就业优惠证（卡）", "booklet": "再就业优惠证（册页）"}
#: Certificates in one file at most: some two seconds of drawing.
PRINT_MAX = 100
#: Annotations that a booklet page shows; what is older stands in the register.
ANNOTATIONS_MAX = 14
#: Drawn at the same time, of all requests to this process.
AT_ONCE = 2
#: What a paper shows of a person, in the words of the access log.
SHOWN = ("name", "sex", "birth_date", "id_number_masked", "certificate", "benefits")
_PAPERS = Path(__file__).with_name("papers")

SEXES = {"male": "男", "female": "女"}
CATEGORIES = {
    "soe_laid_off": "国有企业下岗职工",
    "soe_unemployed": "国有企业失业人员",
    "closed_soe_to_be_placed": "关闭破产国企需安置人员",
    "dibao_long_term_unemployed": "享受低保且失业一年以上人员",
    "soe_collective_laid_off": "国企所办集体企业下岗职工",
    "urban_collective_laid_off": "城镇集体企业下岗职工",
    "zero_employment_household_member": "零就业家庭成员",
}
GRANTERS = {
    "jobs-market": "人力资源市场", "subsidy": "就业资金", "loans": "小额贷款",
    "civil-affairs": "民政部门",
}  # fmt: skip


class Printer:
    """Draws papers with the fonts of this installation, and no others."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = [folder for folder in folders if folder.is_dir()]
        self._turn = asyncio.Semaphore(AT_ONCE)

    @cached_property
    def _fonts(self) -> typst.Fonts:
        return typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False,
            font_paths=[str(folder) for folder in self._folders],
        )  # fmt: skip

    @cached_property
    def _covered(self) -> frozenset[int]:
        return glyphs.covered(self._folders)

    async def draw(self, paper: Paper, items: Sequence[dict[str, Any]], made: datetime) -> bytes:
        """One PDF; the same items and day give the same bytes. Raises :class:`domain.NoGlyph`."""
        async with self._turn:
            return await asyncio.to_thread(self._draw, paper, items, made)

    def _draw(self, paper: Paper, items: Sequence[dict[str, Any]], made: datetime) -> bytes:
        for where, text in _texts(items):
            position = glyphs.missing(text, self._covered)
            if position is not None:
                raise domain.NoGlyph(field=where, position=position)
        drawn = self._compiled(paper, [_with_code(item) for item in items], made, "pdf")
        assert isinstance(drawn, bytes)
        return drawn

    def _compiled(
        self,
        paper: Paper,
        items: Sequence[dict[str, Any]],
        made: datetime,
        format: typst.OutputFormat,
    ) -> Any:
        data = orjson.dumps({"title": TITLES[paper], "items": items}).decode()
        return typst.compile(
            _PAPERS / f"{paper}.typ", root=_PAPERS, font_paths=self._fonts, format=format, ppi=220,
            sys_inputs={"data": data}, timestamp=int(made.timestamp()),
            pdf_standards="a-2b" if format == "pdf" else [],
        )  # fmt: skip


def _texts(items: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Every text of the papers with the name of its field."""
    for item in items:
        for name, value in item.items():
            if name == "benefits":
                yield from _texts(value)
            elif name != "address":
                yield name, value


def _with_code(item: dict[str, Any]) -> dict[str, Any]:
    """The QR code as SVG, drawn here because it takes the most time.

    Error correction L: the card is large and clean, and the code is dense already. One mask for all:
    a signature is noise, so no mask is better than another, and trying all takes five times as long.
    """
    code = segno.make(
        item["address"], error="l", boost_error=False, micro=False, mode="byte", mask=2
    )
    out = BytesIO()
    code.save(out, kind="svg", border=4, xmldecl=False)
    return {**item, "qr": out.getvalue().decode()}


def printer_of(rt: Runtime) -> Printer:
    """The fonts that come with the service, then those of the installation."""
    extra = rt.settings.fonts_folder
    return Printer([rt.service.root / "assets" / "fonts", *([extra] if extra else [])])


@dataclass(frozen=True, slots=True)
class Ask:
    """Who prints what and why, for the access log: operation id, paper, certificates, purpose."""

    operation: str
    paper: Paper
    certificates: Sequence[UUID]
    purpose: str


async def print_one(rt: Runtime, printer: Printer, actor: Actor, asked: Ask) -> bytes:
    """The paper of one certificate: one that the caller does not see is 404."""
    try:
        return await print_papers(rt, printer, actor, asked)
    except NoSuchCertificate:
        raise NotFound from None


async def print_papers(rt: Runtime, printer: Printer, actor: Actor, asked: Ask) -> bytes:
    """The papers of these certificates in the order given, signed where they were not yet.

    Raises ``NoSuchCertificate``, ``NotInForce``, ``NoGlyph``.
    """
    paper, ids = asked.paper, asked.certificates
    async with rt.db.reading() as tx:
        found = await cases.certificates_among(tx, ids)
    wanted = [found[id] for id in dict.fromkeys(ids) if id in found]
    foreign = [c.worker_id for c in wanted if not actor.may_see(c.area_code)]
    if foreign or len(wanted) < len(set(ids)):
        await audit.note(
            rt, actor, asked.operation, foreign, (), outcome="denied", purpose=asked.purpose
        )
        raise NoSuchCertificate
    async with rt.db.transaction() as tx:
        signed = await sign_all(rt, tx, actor, wanted)
        people = await workers.on_paper(rt, tx, [c.worker_id for c in wanted])
        names = await offices.names_of(tx, {c.office for c in wanted})
        kept = await custody.of(tx, [c.id for c in wanted])
    items = []
    for c in wanted:
        item = _item(rt, c, signed[c.id], people[c.worker_id], names.get(c.office, c.office))
        if paper == "booklet":
            listed = await benefits.on_paper(rt, c.worker_id, c.id)
            item["kept_by"] = _keeper(kept[c.id])
            item["benefits"] = [_annotation(line) for line in listed[-ANNOTATIONS_MAX:]]
        items.append(item)
    # Before anything is drawn: a paper that could not be noted is not made.
    await audit.note(
        rt, actor, asked.operation, [c.worker_id for c in wanted], SHOWN, purpose=asked.purpose
    )
    made = max(c.issued_on for c in wanted if c.issued_on)
    return await printer.draw(
        paper, items, datetime(made.year, made.month, made.day, tzinfo=CITY_TIME)
    )


def _item(
    rt: Runtime, c: Certificate, signed: Signed, person: OnPaper, office: str
) -> dict[str, Any]:
    assert c.issued_on is not None
    assert c.valid_until is not None
    return {
        "name": person.name,
        "sex": SEXES[person.sex],
        "birth_date": person.birth_date.isoformat(),
        "id_number": person.id_number_masked,
        "category": CATEGORIES.get(c.category, c.category),
        "number": c.number,
        "issued_on": c.issued_on.isoformat(),
        "valid_until": c.valid_until.isoformat(),
        "office": office,
        "check_code": signed.check_code,
        "address": verification_address(rt, signed.token),
    }


def verification_address(rt: Runtime, token: str) -> str:
    """What the QR code holds. What follows ``#`` stays in the phone that reads it."""
    return f"{rt.settings.public_url}/verify#{token}"


def _keeper(custody: Custody) -> str:
    """Who keeps it in the holder's place (R15); empty for the holder."""
    return f"{custody.employer}，自 {custody.since} 起" if custody.employer else ""


def _annotation(line: Line) -> dict[str, str]:
    grant = line.grant
    return {
        "kind": TABLE[grant.kind].zh,
        "from": grant.valid_from.isoformat(),
        "to": grant.valid_to.isoformat() if grant.valid_to else "",
        "amount": yuan(line.amount_fen) if line.amount_fen is not None else "",
        "granted_by": _granter(grant.granted_by),
    }


def _granter(code: str) -> str:
    """A service or an authority in the office's words; who wrote its own name stands as it did."""
    return GRANTERS.get(code) or GRANTERS.get(authority(code), code)
