"""What the bank's messages say about orders: pain.002 and camt.053, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from kit.money import FEN_MAX, fen
from subsidy import iso20022
from subsidy.iso20022 import MessageKind, NoMessage
from subsidy.orders.domain import AnswerKind

#: Statuses by which a bank takes an order on. That it is paid, only the statement says.
_ACCEPTED = frozenset({"ACCP", "ACTC", "ACSP", "ACSC", "ACWC", "ACWP", "ACFC", "ACCC", "ACPT"})
_REJECTED = frozenset({"RJCT", "CANC"})
#: What banks write where nobody gave an id.
_NO_ID = frozenset({"", "NOTPROVIDED", "NONREF"})


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a message says. ``kind`` is None where it says nothing yet (received, pending).

    ``whole`` names the message of ours of which the bank speaks as a whole, instead of one order.
    ``on`` is the day of booking, None in a status report; ``amount`` in fen, 0 for foreign money.
    """

    end_to_end_id: str | None
    kind: AnswerKind | None
    on: date | None = None
    amount: int | None = None
    reason_code: str | None = None
    bank_ref: str | None = None
    whole: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the bank: its kind, the id that the bank gave it, and its lines."""

    kind: MessageKind
    message_id: str
    lines: tuple[Line, ...]


def read(content: bytes) -> Message:
    """The message in these bytes. Raises ``NoMessage`` for one that no bank answers with, and
    ``SchemaViolated``."""
    kind = iso20022.kind_of(content)
    if kind == "pain.001":
        raise NoMessage
    document = iso20022.read(content, kind)
    if kind == "pain.002":
        report = document.cstmr_pmt_sts_rpt
        return Message(kind, report.grp_hdr.msg_id, tuple(_statuses(report)))
    statement = document.bk_to_cstmr_stmt
    lines = tuple(line for one in statement.stmt for entry in one.ntry for line in _entry(entry))
    return Message(kind, statement.grp_hdr.msg_id, lines)


def _statuses(report: Any) -> Iterator[Line]:
    """Orders that are named one by one; the whole file, where the bank names none of them."""
    original = report.orgnl_grp_inf_and_sts
    payments = report.orgnl_pmt_inf_and_sts
    named = False
    for payment in payments:
        for one in payment.tx_inf_and_sts:
            named = True
            yield Line(
                _id(one.orgnl_end_to_end_id or one.orgnl_instr_id), _kind(one.tx_sts),
                reason_code=_reason(one.sts_rsn_inf), bank_ref=one.acct_svcr_ref,
            )  # fmt: skip
    if named:
        return
    status = original.grp_sts or next((p.pmt_inf_sts for p in payments if p.pmt_inf_sts), None)
    reasons = [*original.sts_rsn_inf, *(r for p in payments for r in p.sts_rsn_inf)]
    yield Line(None, _kind(status), reason_code=_reason(reasons), whole=original.orgnl_msg_id)


def _kind(status: str | None) -> AnswerKind | None:
    if status in _REJECTED:
        return "reject"
    return "accept" if status in _ACCEPTED else None


def _entry(entry: Any) -> Iterator[Line]:
    """What one booking says: a debit pays, a credit sends back. What is not booked says nothing."""
    if entry.sts.cd != "BOOK":
        return
    booked = entry.bookg_dt or entry.val_dt
    whole = Line(
        None, "return" if entry.cdt_dbt_ind.value == "CRDT" else "settle",
        on=_day(booked), amount=_fen(entry.amt), bank_ref=entry.acct_svcr_ref or entry.ntry_ref,
    )  # fmt: skip
    details = [one for part in entry.ntry_dtls for one in part.tx_dtls]
    if not details:
        yield whole
    for one in details:
        refs = one.refs
        amount = _fen(one.amt) if one.amt is not None else whole.amount if len(details) == 1 else 0
        line = replace(whole, amount=amount)
        if one.cdt_dbt_ind is not None:
            line = replace(line, kind="return" if one.cdt_dbt_ind.value == "CRDT" else "settle")
        if refs is not None:
            line = replace(
                line, end_to_end_id=_id(refs.end_to_end_id or refs.instr_id),
                bank_ref=refs.acct_svcr_ref or line.bank_ref,
            )  # fmt: skip
        yield replace(line, reason_code=_reason([one.rtr_inf] if one.rtr_inf else []))


def _id(text: str | None) -> str | None:
    return None if text is None or text.strip() in _NO_ID else text.strip()


def _reason(reasons: list[Any]) -> str | None:
    """The first reason that has a code, the standard's or the bank's own."""
    found = (code for r in reasons if r.rsn and (code := r.rsn.cd or r.rsn.prtry))
    return next(found, None)


def _fen(amount: Any) -> int:
    """CNY to the fen; anything else is no amount of ours."""
    try:
        found = fen(amount.value) if amount.ccy == "CNY" else 0
    except ValueError:
        return 0
    return found if found <= FEN_MAX else 0


def _day(choice: Any) -> date | None:
    """Raises ``NoMessage`` for a day that is in the schema and in no calendar of ours."""
    if choice is None:
        return None
    try:
        day: date = choice.dt.to_date() if choice.dt else choice.dt_tm.to_datetime().date()
    except ValueError:
        raise NoMessage from None
    return day
