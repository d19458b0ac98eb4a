"""Papers that were seen at a window: their kinds, what they prove, and when one is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from kit.refusal import Refusal
from registry.certificates.domain import RevocationReason
from registry.workers.domain import Category, ProofKind

#: Papers (4.1, R1a): 身份证 / 照片 / 下岗证 / 中心协议 / 原单位证明 / 失业证 / 失业保险金领取证 / 关闭破产文件 /
#: 安置费证明 / 低保证 / 零就业家庭认定 / 调查笔录 / 退休证 / 死亡证明 / 交回的证件 / 其他.
EvidenceKind = Literal[
    "id_card",
    "photo",
    "layoff_certificate",
    "centre_agreement",
    "employer_statement",
    "unemployment_card",
    "unemployment_insurance_booklet",
    "closure_document",
    "settlement_proof",
    "dibao_certificate",
    "zero_employment_recognition",
    "investigation_record",
    "retirement_document",
    "death_certificate",
    "surrendered_booklet",
    "other",
]
#: What registration calls the papers that prove a category (R1a); which of them proves which one is a
#: parameter.
PROVES: dict[EvidenceKind, ProofKind] = {
    "layoff_certificate": "layoff-certificate",
    "centre_agreement": "centre-agreement",
    "employer_statement": "employer-statement",
    "unemployment_card": "unemployment-card",
    "unemployment_insurance_booklet": "unemployment-insurance-booklet",
    "closure_document": "closure-document",
    "settlement_proof": "settlement-receipt",
    "dibao_certificate": "dibao-certificate",
    "zero_employment_recognition": "zero-employment-household-certificate",
}


#: Which paper proves the reason of a withdrawal (R17); that of age is proved by the register itself.
REVOCATION_PROOFS: dict[str, EvidenceKind | None] = {
    "fraud": "investigation_record",
    "lent": "investigation_record",
    "rented": "investigation_record",
    "transferred": "investigation_record",
    "forged": "investigation_record",
    "retired": "retirement_document",
    "retirement-age": None,
    "deceased": "death_certificate",
    "surrendered": "surrendered_booklet",
}


class EvidenceMissing(Refusal):
    """Papers that the check asks for are not there (4.1)."""

    code = "evidence-missing"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A paper that was seen: what it is, where it is kept, and the hash of its picture."""

    id: UUID
    certificate_id: UUID
    kind: EvidenceKind
    reference: str
    digest: bytes | None
    actor: str


def check_evidence(
    category: Category,
    asked: Iterable[str],
    seen: Iterable[EvidenceKind],
    proofs: Collection[str],
) -> None:
    """Raises :class:`EvidenceMissing`. ``asked``: kinds, or ``category_proof`` for one of the papers
    that prove the category; ``proofs``: pairs ``category:kind`` of the day, as at registration. A
    category that no paper proves asks for none."""
    have = frozenset(seen)
    proving = {kind for kind, code in PROVES.items() if f"{category}:{code}" in proofs}
    lacking = [
        kind
        for kind in asked
        if (proving and not proving & have if kind == "category_proof" else kind not in have)
    ]
    if lacking:
        raise EvidenceMissing(kinds=", ".join(lacking))


def check_revocation(reason: RevocationReason, seen: Iterable[EvidenceKind]) -> None:
    """Raises :class:`EvidenceMissing`."""
    proof = REVOCATION_PROOFS[reason]
    if proof is not None and proof not in frozenset(seen):
        raise EvidenceMissing(kinds=proof)
