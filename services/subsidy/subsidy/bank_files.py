"""The file that goes to the bank: pain.001, or the same lines as CSV.

Accounts in China are no IBANs: the number stands in ``Othr`` under the scheme BBAN, the bank is named
by its clearing code of twelve digits (CNAPS). The same instruction gives the same bytes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from xsdata.models.datatype import XmlDate, XmlDateTime

from kit.money import yuan
from subsidy import iso20022
from subsidy.payees.domain import Details

_COLUMNS = (
    "序号", "收款人户名", "收款人账号", "收款行行号", "金额", "币种", "用途", "付款流水号",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Instruction:
    """One line of the file: fen, to an account, for something, under the order's own id."""

    end_to_end_id: str
    amount: int
    payee: Details
    purpose: str
    about: UUID


@dataclass(frozen=True, slots=True)
class Header:
    """What the whole file says: who pays from which account, when it was made, when it is due."""

    message_id: str
    made_at: datetime
    execute_on: date
    payer: Details


def pain_001(header: Header, lines: Sequence[Instruction]) -> bytes:
    """A credit transfer initiation, valid by its schema. One booking per line, so that the
    statement names each."""
    p: Any = iso20022.bindings("pain.001")
    count, total = str(len(lines)), _amount(sum(line.amount for line in lines))
    payment = p.PaymentInstruction40(
        pmt_inf_id=header.message_id, pmt_mtd=p.PaymentMethod3Code.TRF, btch_bookg=False,
        nb_of_txs=count, ctrl_sum=total,
        reqd_exctn_dt=p.DateAndDateTime2Choice(dt=XmlDate.from_date(header.execute_on)),
        dbtr=p.PartyIdentification135(nm=header.payer.name),
        dbtr_acct=_account(p, header.payer), dbtr_agt=_agent(p, header.payer),
        chrg_br=p.ChargeBearerType1Code.DEBT,
        cdt_trf_tx_inf=[_transfer(p, line) for line in lines],
    )  # fmt: skip
    group = p.GroupHeader95(
        msg_id=header.message_id, cre_dt_tm=XmlDateTime.from_datetime(header.made_at),
        nb_of_txs=count, ctrl_sum=total,
        initg_pty=p.PartyIdentification135(nm=header.payer.name),
    )  # fmt: skip
    document = p.Document(
        cstmr_cdt_trf_initn=p.CustomerCreditTransferInitiationV11(grp_hdr=group, pmt_inf=[payment])
    )
    return iso20022.write(document, "pain.001")


def as_csv(header: Header, lines: Sequence[Instruction]) -> bytes:
    """The same lines for a bank that takes tables: GB18030, one heading line, amounts in yuan."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(_COLUMNS)
    for number, line in enumerate(lines, 1):
        writer.writerow(
            (
                number, line.payee.name, line.payee.number, line.payee.clearing_code,
                yuan(line.amount), "CNY", line.purpose, line.end_to_end_id,
            )
        )  # fmt: skip
    return out.getvalue().encode("gb18030")


def _transfer(p: Any, line: Instruction) -> Any:
    remittance = p.StructuredRemittanceInformation17(
        cdtr_ref_inf=p.CreditorReferenceInformation2(ref=line.about.hex),
        addtl_rmt_inf=[line.purpose],
    )
    return p.CreditTransferTransaction54(
        pmt_id=p.PaymentIdentification6(
            instr_id=line.end_to_end_id, end_to_end_id=line.end_to_end_id
        ),
        amt=p.AmountType4Choice(
            instd_amt=p.ActiveOrHistoricCurrencyAndAmount(value=_amount(line.amount), ccy="CNY")
        ),
        cdtr_agt=_agent(p, line.payee),
        cdtr=p.PartyIdentification135(nm=line.payee.name),
        cdtr_acct=_account(p, line.payee),
        rmt_inf=p.RemittanceInformation21(strd=[remittance]),
    )


def _account(p: Any, account: Details) -> Any:
    return p.CashAccount40(
        id=p.AccountIdentification4Choice(
            othr=p.GenericAccountIdentification1(
                id=account.number, schme_nm=p.AccountSchemeName1Choice(cd="BBAN")
            )
        ),
        ccy="CNY",
    )


def _agent(p: Any, account: Details) -> Any:
    member = p.ClearingSystemMemberIdentification2(
        clr_sys_id=p.ClearingSystemIdentification2Choice(cd="CNAPS"), mmb_id=account.clearing_code
    )
    return p.BranchAndFinancialInstitutionIdentification6(
        fin_instn_id=p.FinancialInstitutionIdentification18(clr_sys_mmb_id=member)
    )


def _amount(fen: int) -> Decimal:
    """Yuan with two places."""
    return Decimal(yuan(fen))
