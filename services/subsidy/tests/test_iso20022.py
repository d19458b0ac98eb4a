"""Messages as bytes: valid by the published schema both ways, and silent about what they hold."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subsidy import iso20022
from subsidy.bank_files import Header, Instruction, as_csv, pain_001
from subsidy.iso20022 import NoMessage, SchemaViolated
from subsidy.payees.domain import Details

PAYER = Details("市财政局再就业资金专户", "23110010000001", "102261000018")
HEADER = Header("A" * 32, datetime(2003, 8, 1, 1, 2, 3, tzinfo=UTC), date(2003, 8, 4), PAYER)
#: What a name may hold (payees: no control characters), in every plane.
NAMES = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"),
    min_size=1, max_size=140,
).filter(lambda name: name == name.strip() and not any(ord(c) & 0xFFFE == 0xFFFE for c in name))  # fmt: skip
LINES = st.lists(
    st.builds(
        Instruction,
        end_to_end_id=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=32, max_size=32),
        amount=st.integers(1, 10**15),
        payee=st.builds(
            Details, NAMES, st.text("0123456789", min_size=8, max_size=34),
            st.text("0123456789", min_size=12, max_size=12),
        ),
        purpose=NAMES,
        about=st.uuids(),
    ),
    min_size=1, max_size=5,
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(LINES)
def test_what_is_written_is_read_again_to_the_fen(lines: list[Instruction]) -> None:
    read = iso20022.read(pain_001(HEADER, lines), "pain.001").cstmr_cdt_trf_initn
    transfers = read.pmt_inf[0].cdt_trf_tx_inf
    assert [
        (
            one.pmt_id.end_to_end_id, int(one.amt.instd_amt.value * 100), one.amt.instd_amt.ccy,
            one.cdtr.nm, one.cdtr_acct.id.othr.id, one.cdtr_agt.fin_instn_id.clr_sys_mmb_id.mmb_id,
        )
        for one in transfers
    ] == [
        (
            line.end_to_end_id, line.amount, "CNY", line.payee.name, line.payee.number,
            line.payee.clearing_code,
        )
        for line in lines
    ]  # fmt: skip
    assert read.grp_hdr.nb_of_txs == str(len(lines))
    assert int(read.grp_hdr.ctrl_sum * 100) == sum(line.amount for line in lines)


@settings(deadline=None, max_examples=60)
@given(LINES)
def test_the_table_says_the_same_in_gb18030(lines: list[Instruction]) -> None:
    rows = list(csv.reader(io.StringIO(as_csv(HEADER, lines).decode("gb18030"), newline="")))
    assert [(row[1], row[2], row[7]) for row in rows[1:]] == [
        (line.payee.name, line.payee.number, line.end_to_end_id) for line in lines
    ]


def one_line() -> list[Instruction]:
    return [
        Instruction(
            "E" * 32,
            20800,
            Details("王小明", "6222000012345678", "102261000018"),
            "生活费",
            uuid4(),
        )
    ]


def test_the_same_instruction_gives_the_same_bytes() -> None:
    lines = one_line()
    assert pain_001(HEADER, lines) == pain_001(HEADER, lines)
    assert pain_001(HEADER, lines) != pain_001(HEADER, one_line())


def test_a_broken_schema_is_told_by_line_and_element_and_without_what_was_there() -> None:
    wrong = pain_001(HEADER, one_line()).replace("王小明".encode(), "王小明".encode() * 50)
    with pytest.raises(SchemaViolated) as caught:
        iso20022.read(wrong, "pain.001")
    assert caught.value.params == {"line": 2, "element": "Nm"}


@pytest.mark.parametrize(
    "content",
    [
        b"", b"no xml", b"<Document/>", b"\x1f\x8b\x08",
        b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.03'/>",
        b"<!DOCTYPE d [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><Document>&e;</Document>",
    ],
)  # fmt: skip
def test_what_is_no_message_of_ours_is_refused(content: bytes) -> None:
    with pytest.raises(NoMessage):
        iso20022.kind_of(content)


def test_the_classes_and_the_schemas_are_of_the_same_version() -> None:
    for kind in iso20022.VERSIONS:
        assert iso20022.bindings(kind).Document.Meta.namespace == iso20022.namespace(kind)
