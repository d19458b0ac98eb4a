"""HTTP of the record through time, of what was changed in it, and of the dossier."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request

from kit import audit, pagination
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.wire import Day, Instant, after, page
from registry.difficulties.wire import AnswerOut
from registry.dossiers import usecases
from registry.dossiers.wire import ChangeOut, DossierOut, RecordOut, RefusedReferralOut
from registry.merges.api import people_of

router = APIRouter(prefix="/v1/workers/{worker_id}", tags=["dossiers 档案"])
Reader = Annotated[Actor, requires("registry:worker:read")]
#: What these answers show of a person, in the words of the access log.
RECORD = ("id_number_masked", "name_masked", "sex", "birth_date", "claims", "place",
          "labour_status", "life_facts", "unemployment_insurance", "unemployment_registration",
          "certificates", "recognitions")  # fmt: skip
DOSSIER = (*RECORD, "unemployment_filings", "unemployment_decisions",
           "contributions", "contribution_conflicts", "refused_referrals", "decisions",
           "credentials", "census_answers", "benefits", "reliefs", "pairings",
           "corrections", "changes", "merges")  # fmt: skip


@router.get("/record", summary="某日的记录", operation_id="get_record")
async def get_record(
    request: Request,
    worker_id: UUID,
    actor: Reader,
    on: Annotated[Day | None, Query(description="事实日期；缺省为今日")] = None,
    known_at: Annotated[
        Instant | None, Query(description="截至何时所知；缺省为现在 (RFC 3339)")
    ] = None,
) -> RecordOut:
    """The record as of a day and as it was known at an instant: attributes with since when, the
    labour status, life facts that held, unemployment registration and insurance, certificates and
    recognitions. 404 before the person was registered."""
    rt = runtime_of(request)
    found = await usecases.record_of(rt, actor, worker_id, on or rt.today(), known_at)
    await audit.note(rt, actor, "get_record", found.records, RECORD)
    return RecordOut.of(found)


@router.get("/changes", summary="登记信息变更记录", operation_id="list_changes")
async def list_changes(
    request: Request,
    worker_id: UUID,
    actor: Reader,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[ChangeOut]:
    """What approved corrections changed in the person's records, oldest first, masked."""
    filters = {"worker_id": worker_id}
    rt = runtime_of(request)
    rows = await usecases.changes_of(rt, actor, worker_id, after(cursor, actor, filters), limit + 1)
    shown = list(dict.fromkeys([worker_id, *(row.worker_id for row in rows[:limit])]))
    await audit.note(rt, actor, "list_changes", shown, ("changes",))
    return page(rows, limit, ChangeOut.of, actor=actor, filters=filters)


@router.get("/dossier", summary="个人档案", operation_id="get_dossier")
async def get_dossier(
    request: Request,
    worker_id: UUID,
    actor: Reader,
    limit: Annotated[
        int, Query(ge=1, le=usecases.SHOWN, description="每类至多列出几条 Lines of each kind")
    ] = usecases.SHOWN,
) -> DossierOut:
    """Everything that registry holds about the person, under all records, masked, in one answer:
    record, statuses, unemployment and its insurance, contributions, refused referrals, certificates
    with all that belongs to them, recognitions, benefits, reliefs, corrections, merges. Every list
    is bounded and names the address of the whole one. What nobody has judged yet, whether another
    record may be the same person, is not said: it would tell of somebody else."""
    rt = runtime_of(request)
    found = await usecases.dossier_of(rt, actor, worker_id, limit)
    merges = (people_of(m.survivor_id, m.merged_id, m.plan) for m in found.merges.items)
    people = list(dict.fromkeys([*found.record.records, *(id for some in merges for id in some)]))
    await audit.note(rt, actor, "get_dossier", people, DOSSIER)
    return DossierOut.of(found, request, actor, rt.today())


@router.get("/census-answers", summary="摸底答复", operation_id="list_census_answers")
async def list_census_answers(
    request: Request,
    worker_id: UUID,
    actor: Reader,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[AnswerOut]:
    """What the person answered in the census, oldest first."""
    filters = {"worker_id": worker_id}
    rt = runtime_of(request)
    rows = await usecases.answers_of(rt, actor, worker_id, after(cursor, actor, filters), limit + 1)
    shown = list(dict.fromkeys([worker_id, *(row.worker_id for row in rows[:limit])]))
    await audit.note(rt, actor, "list_census_answers", shown, ("census_answers",))
    return page(rows, limit, AnswerOut.of, actor=actor, filters=filters)


@router.get("/refused-referrals", summary="拒绝推荐", operation_id="list_refused_referrals")
async def list_refused_referrals(
    request: Request,
    worker_id: UUID,
    actor: Reader,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[RefusedReferralOut]:
    """Which referrals the person refused, as jobs-market told."""
    filters = {"worker_id": worker_id}
    rt = runtime_of(request)
    rows = await usecases.refused_of(rt, actor, worker_id, after(cursor, actor, filters), limit + 1)
    shown = list(dict.fromkeys([worker_id, *(row.worker_id for row in rows[:limit])]))
    await audit.note(rt, actor, "list_refused_referrals", shown, ("refused_referrals",))
    return page(
        rows, limit, RefusedReferralOut.of, actor=actor, filters=filters,
        key=lambda row: row.referral_id,
    )  # fmt: skip


routers = [router]

problems: list[tuple[type[Exception], Any]] = []
