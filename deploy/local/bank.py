"""A bank that does not exist: it reads a file of payment orders and answers as it is told to.

For tests and for the embedded run::

    python -m local.bank orders.xml --on 2003-08-04 --out answers accepted rejected:AC04 silent

The fates go round over the orders of the file. Written are a status report (pain.002) and a
statement (camt.053). The same file and fates give the same answers, to the byte.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from hashlib import sha256
from itertools import cycle
from pathlib import Path
from typing import Any, Literal, get_args

from pyiso20022.camt import camt_053_001_10 as camt
from pyiso20022.pain import pain_001_001_11 as pain_001
from pyiso20022.pain import pain_002_001_12 as pain_002
from xsdata.formats.dataclass.context import XmlContext
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.models.datatype import XmlDate, XmlDateTime

#: accepted: reported and booked. pending: received, no result. rejected, returned: with a code.
#: silent: no word of it. booked-only: in the statement, not in the report. duplicate: everything told
#: twice, paid once. paid-twice: two bookings. unknown: a line about an order that nobody gave.
FateName = Literal[
    "accepted", "pending", "rejected", "returned", "silent", "booked-only", "duplicate",
    "paid-twice", "unknown",
]  # fmt: skip
FATES: tuple[FateName, ...] = get_args(FateName)
_CONTEXT = XmlContext()


@dataclass(frozen=True, slots=True)
class Fate:
    """What the bank does with an order; ``code`` is the reason of a rejection or a return."""

    name: FateName
    code: str = "AC04"

    @classmethod
    def of(cls, text: str) -> Fate:
        """``rejected:AC04``. Raises ``ValueError`` for a fate that there is not."""
        name, _, code = text.partition(":")
        found = next((fate for fate in FATES if fate == name), None)
        if found is None:
            raise ValueError(f"{name} is none of {', '.join(FATES)}")
        return cls(found, code or "AC04")


@dataclass(frozen=True, slots=True)
class Taken:
    """One order as the bank read it."""

    end_to_end_id: str
    amount: Decimal
    fate: Fate


@dataclass(frozen=True, slots=True)
class Answers:
    """What the bank sends back; None where it has nothing to say."""

    report: bytes | None
    statement: bytes | None


def answer(content: bytes, fates: Sequence[Fate], on: date) -> Answers:
    """The bank's answers to a file of orders, dated ``on``."""
    document = XmlParser(context=_CONTEXT).from_bytes(content, pain_001.Document)
    initiation = document.cstmr_cdt_trf_initn
    taken = [
        Taken(one.pmt_id.end_to_end_id, one.amt.instd_amt.value, fate)
        for payment in initiation.pmt_inf
        for one, fate in zip(payment.cdt_trf_tx_inf, cycle(fates), strict=False)
    ]
    seed = sha256(content + repr((fates, on)).encode()).hexdigest()
    made_at = XmlDateTime.from_datetime(datetime.combine(on, time(17)))
    account = initiation.pmt_inf[0].dbtr_acct.id.othr.id
    return Answers(
        _report(initiation.grp_hdr.msg_id, taken, f"R{seed[:30]}", made_at),
        _statement(account, taken, f"S{seed[:30]}", made_at, on),
    )


def _report(original: str, taken: Sequence[Taken], id: str, made_at: XmlDateTime) -> bytes | None:
    told: list[Any] = []
    for one in taken:
        name = one.fate.name
        if name in ("silent", "booked-only"):
            continue
        status = {"rejected": "RJCT", "pending": "PDNG"}.get(name, "ACSP")
        ref = _mark("unknown", one) if name == "unknown" else one.end_to_end_id
        told += [_status(ref, status, one.fate)] * (2 if name == "duplicate" else 1)
    if not told:
        return None
    report = pain_002.CustomerPaymentStatusReportV12(
        grp_hdr=pain_002.GroupHeader86(msg_id=id, cre_dt_tm=made_at),
        orgnl_grp_inf_and_sts=pain_002.OriginalGroupHeader17(
            orgnl_msg_id=original, orgnl_msg_nm_id="pain.001.001.11"
        ),
        orgnl_pmt_inf_and_sts=[
            pain_002.OriginalPaymentInstruction40(orgnl_pmt_inf_id=original, tx_inf_and_sts=told)
        ],
    )
    return _bytes(pain_002.Document(cstmr_pmt_sts_rpt=report), "pain.002.001.12")


def _status(end_to_end_id: str, status: str, fate: Fate) -> Any:
    reasons = []
    if status == "RJCT":
        code = pain_002.StatusReason6Choice(cd=fate.code)
        reasons.append(pain_002.StatusReasonInformation12(rsn=code))
    return pain_002.PaymentTransaction129(
        orgnl_instr_id=end_to_end_id, orgnl_end_to_end_id=end_to_end_id, tx_sts=status,
        sts_rsn_inf=reasons,
    )  # fmt: skip


def _statement(
    account: str, taken: Sequence[Taken], id: str, made_at: XmlDateTime, on: date
) -> bytes | None:
    entries: list[Any] = []
    for one in taken:
        name = one.fate.name
        if name in ("silent", "pending", "rejected"):
            continue
        ref = _mark("unknown", one) if name == "unknown" else one.end_to_end_id
        paid = _entry(ref, one.amount, "DBIT", _mark("debit", one), on)
        entries += [paid] * (2 if name == "duplicate" else 1)
        if name == "paid-twice":
            entries.append(_entry(ref, one.amount, "DBIT", _mark("second", one), on))
        if name == "returned":
            mark = _mark("credit", one)
            entries.append(_entry(ref, one.amount, "CRDT", mark, on, one.fate.code))
    if not entries:
        return None
    balance = camt.CashBalance8(
        tp=camt.BalanceType13(cd_or_prtry=camt.BalanceType10Choice(cd="CLBD")),
        amt=camt.ActiveOrHistoricCurrencyAndAmount(value=Decimal("0.00"), ccy="CNY"),
        cdt_dbt_ind=camt.CreditDebitCode.CRDT, dt=_day(on),
    )  # fmt: skip
    number = camt.GenericAccountIdentification1(id=account)
    statement = camt.AccountStatement11(
        id=id,
        acct=camt.CashAccount41(id=camt.AccountIdentification4Choice(othr=number), ccy="CNY"),
        bal=[balance], ntry=entries,
    )  # fmt: skip
    whole = camt.BankToCustomerStatementV10(
        grp_hdr=camt.GroupHeader81(msg_id=id, cre_dt_tm=made_at), stmt=[statement]
    )
    return _bytes(camt.Document(bk_to_cstmr_stmt=whole), "camt.053.001.10")


def _entry(
    end_to_end_id: str, amount: Decimal, side: str, mark: str, on: date, code: str | None = None
) -> Any:
    money = camt.ActiveOrHistoricCurrencyAndAmount(value=amount, ccy="CNY")
    back = camt.PaymentReturnReason5(rsn=camt.ReturnReason5Choice(cd=code)) if code else None
    detail = camt.EntryTransaction12(
        refs=camt.TransactionReferences6(acct_svcr_ref=mark, end_to_end_id=end_to_end_id),
        amt=money, rtr_inf=back,
    )  # fmt: skip
    kind = camt.ProprietaryBankTransactionCodeStructure1(cd="TRF")
    return camt.ReportEntry12(
        amt=money, cdt_dbt_ind=camt.CreditDebitCode(side), sts=camt.EntryStatus1Choice(cd="BOOK"),
        bookg_dt=_day(on), acct_svcr_ref=mark, bk_tx_cd=camt.BankTransactionCodeStructure4(prtry=kind),
        ntry_dtls=[camt.EntryDetails11(tx_dtls=[detail])],
    )  # fmt: skip


def _day(on: date) -> Any:
    return camt.DateAndDateTime2Choice(dt=XmlDate.from_date(on))


def _mark(what: str, one: Taken) -> str:
    return sha256(f"{what} {one.end_to_end_id}".encode()).hexdigest()[:30].upper()


def _bytes(document: Any, name: str) -> bytes:
    space = {None: f"urn:iso:std:iso:20022:tech:xsd:{name}"}
    return XmlSerializer(context=_CONTEXT).render(document, ns_map=space).encode()


def main() -> None:
    """Read one file, write what the bank answers into a folder."""
    parser = argparse.ArgumentParser(prog="local.bank", description=__doc__.splitlines()[0])
    parser.add_argument("orders", type=Path)
    parser.add_argument("fates", nargs="+", type=Fate.of, help=f"of {', '.join(FATES)}")
    parser.add_argument("--on", type=date.fromisoformat, required=True)
    parser.add_argument("--out", type=Path, default=Path())
    asked = parser.parse_args()
    made = answer(asked.orders.read_bytes(), asked.fates, asked.on)
    asked.out.mkdir(parents=True, exist_ok=True)
    for name, content in (("pain.002", made.report), ("camt.053", made.statement)):
        if content is not None:
            path = asked.out / f"{asked.orders.stem}.{name}.xml"
            path.write_bytes(content)
            print(path)


if __name__ == "__main__":
    main()
