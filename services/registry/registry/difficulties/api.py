"""HTTP of recognitions, and of the census of those who may qualify."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from kit import audit, bulk, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.problems import refused
from kit.steps import Step, stepping
from kit.versions import etag
from kit.wire import after, load
from registry.areas.succession import reach
from registry.decision_api import DecisionOut, DifferingOut, differing_page
from registry.difficulties import census, domain, reviewing, usecases
from registry.difficulties.domain import State
from registry.difficulties.rule import Kind
from registry.difficulties.wire import (
    KIND,
    STATE,
    AnswerIn,
    AnswerOut,
    CensusCountsOut,
    DifficultyOut,
    ExitIn,
    PossibleOut,
    ProofsOut,
    RecogniseIn,
    RestoreIn,
)

TAG = "difficulties 就业困难对象"
router = APIRouter(prefix="/v1/difficulties", tags=[TAG])
Reader = Annotated[Actor, requires("registry:difficulty:read")]
Writer = Annotated[Actor, requires("registry:difficulty:write")]
Writing = Annotated[Step, stepping("registry:difficulty:write")]
Approving = Annotated[Step, stepping("registry:difficulty:approve")]
Importer = Annotated[Actor, requires("registry:difficulty:import")]
Area = Annotated[AreaCode | None, Query(description="区划；缺省为本机构辖区")]
SHOWN = ("difficulty",)


@router.post("", status_code=201, summary="认定困难对象", operation_id="recognise_difficulty")
async def recognise_difficulty(
    request: Request, response: Response, body: RecogniseIn, actor: Writer
) -> DifficultyOut:
    """Decide a request: recognised, or refused with the first failing clause. The street recognises
    in one step (policy 4.1)."""
    rt = runtime_of(request)
    difficulty = await usecases.recognise_difficulty(rt, actor, body.command())
    await audit.note(rt, actor, "recognise_difficulty", [difficulty.worker_id], SHOWN)
    response.headers["ETag"] = etag(difficulty.version)
    return DifficultyOut.of(difficulty)


@router.post(
    "/imports", summary="批量认定困难对象", operation_id="import_difficulties",
    openapi_extra=bulk.documented(RecogniseIn),
)  # fmt: skip
async def import_difficulties(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Decide many requests. One that the rule refuses is a good line and is kept as refused."""
    return await load(
        request, options, RecogniseIn, RecogniseIn.command, usecases.recognise_all, actor
    )


@router.get("", summary="困难对象列表", operation_id="list_difficulties")
async def list_difficulties(
    request: Request,
    actor: Reader,
    worker_id: Annotated[UUID | None, Query(description="劳动者")] = None,
    state: Annotated[State | None, Query(description=STATE)] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[DifficultyOut]:
    """Recognitions and refusals of the caller's subtree."""
    filters = {"worker_id": worker_id, "state": state}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rt = runtime_of(request)
    rows = await usecases.list_difficulties(
        rt, actor, worker_id, state, after[0] if after else None, limit + 1
    )
    people = sorted({row.worker_id for row in rows[:limit]})
    await audit.note(rt, actor, "list_difficulties", people, SHOWN)
    return pagination.page(
        rows, limit, position=lambda d: [str(d.id)], item=DifficultyOut.of, actor=actor,
        filters=filters,
    )  # fmt: skip


# --- the census ---------------------------------------------------------------------------------


@router.get("/census", summary="摸底名单", operation_id="list_difficulty_census")
async def list_difficulty_census(
    request: Request,
    actor: Reader,
    kind: Annotated[Kind, Query(description=KIND)] = "4050",
    area_code: Area = None,
    applies: Annotated[bool, Query(description="只列已答复愿意申请、尚未办理认定的人")] = False,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[PossibleOut]:
    """Who may qualify by today's law, is not recognised and has not been asked under it; or, with
    ``applies``, who said to apply and was not decided on since. Kinds that only a paper proves have
    no list: no register knows who has it. So many people are looked at for a page: one with few or
    none may have a next one."""
    filters = {"kind": kind, "area_code": area_code, "applies": applies}
    position = after(cursor, actor, filters)
    rt = runtime_of(request)
    pattern = await reach(rt, actor, area_code)
    if pattern is None:
        return pagination.Page(items=[])
    found = await census.census(rt, pattern, kind, position, limit, applies=applies)
    people = [row.worker_id for row in found.items]
    await audit.note(rt, actor, "list_difficulty_census", people, SHOWN)
    return pagination.stretch(
        found, item=lambda p: PossibleOut.of(p, kind), actor=actor, filters=filters
    )


@router.get("/census/counts", summary="摸底统计", operation_id="count_difficulty_census")
async def count_difficulty_census(
    request: Request, actor: Reader, area_code: Area = None, cursor: pagination.Cursor = None
) -> CensusCountsOut:
    """How many may qualify and were not asked, are recognised, and answered what. Who may qualify is
    asked of so many people for an answer: a large area is the sum over its pages."""
    filters = {"area_code": area_code}
    position = after(cursor, actor, filters)
    rt = runtime_of(request)
    pattern = await reach(rt, actor, area_code)
    counts = (
        await census.census_counts(rt, pattern, position)
        if pattern is not None
        else census.CensusCounts({}, None, {}, {})
    )
    more = (
        None
        if counts.ended is None
        else pagination.encode([counts.ended], actor=actor, filters=filters)
    )
    return CensusCountsOut.of(area_code or actor.area_code, counts, more)


@router.post(
    "/census/answers", status_code=201, summary="登记摸底答复", operation_id="note_census_answer"
)
async def note_census_answer(request: Request, body: AnswerIn, actor: Writer) -> AnswerOut:
    """Somebody was asked and answered; from now on the census leaves the person out."""
    rt = runtime_of(request)
    noted = await census.note_answer(rt, actor, body.command())
    await audit.note(rt, actor, "note_census_answer", [noted.worker_id], ("census_answer",))
    return AnswerOut.of(noted)


@router.post(
    "/census/answers/imports", summary="批量登记摸底答复", operation_id="import_census_answers",
    openapi_extra=bulk.documented(AnswerIn),
)  # fmt: skip
async def import_census_answers(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Many answers, as a station brings them from its doors."""
    return await load(request, options, AnswerIn, AnswerIn.command, census.note_asked, actor)


@router.get("/differing", summary="结论不同的认定决定", operation_id="list_differing_difficulties")
async def list_differing_difficulties(
    request: Request,
    actor: Reader,
    area_code: Area = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[DifferingOut]:
    """Decisions that the rule would make otherwise with what is known today of the day of the
    request: a job or a fact that was told late. Each with the conditions that come out otherwise;
    nothing is changed by it."""
    return await differing_page(
        request, actor, reviewing.list_differing, area_code, limit, cursor,
        operation="list_differing_difficulties", shown=SHOWN,
    )  # fmt: skip


# --- one recognition ----------------------------------------------------------------------------


@router.get("/{difficulty_id}", summary="查看认定", operation_id="get_difficulty")
async def get_difficulty(
    request: Request, response: Response, difficulty_id: UUID, actor: Reader
) -> DifficultyOut:
    """One recognition or refusal."""
    rt = runtime_of(request)
    difficulty = await usecases.difficulty_of(rt, actor, difficulty_id)
    await audit.note(rt, actor, "get_difficulty", [difficulty.worker_id], SHOWN)
    response.headers["ETag"] = etag(difficulty.version)
    return DifficultyOut.of(difficulty)


@router.get(
    "/{difficulty_id}/decision", summary="认定决定及理由", operation_id="get_difficulty_decision"
)
async def get_difficulty_decision(
    request: Request, difficulty_id: UUID, actor: Reader
) -> DecisionOut:
    """Why it was recognised or refused."""
    rt = runtime_of(request)
    difficulty, record = await usecases.decision_of(rt, actor, difficulty_id)
    await audit.note(rt, actor, "get_difficulty_decision", [difficulty.worker_id], SHOWN)
    return DecisionOut.of(record, request)


@router.get("/{difficulty_id}/proofs", summary="认定证明", operation_id="list_difficulty_proofs")
async def list_difficulty_proofs(request: Request, difficulty_id: UUID, actor: Reader) -> ProofsOut:
    """The papers that were shown."""
    rt = runtime_of(request)
    difficulty, proofs = await usecases.proofs_of(rt, actor, difficulty_id)
    await audit.note(rt, actor, "list_difficulty_proofs", [difficulty.worker_id], SHOWN)
    return ProofsOut.of(difficulty_id, proofs)


@router.post(
    "/{difficulty_id}/exits", status_code=201, summary="退出认定", operation_id="exit_difficulty"
)
async def exit_difficulty(difficulty_id: UUID, body: ExitIn, step: Writing) -> DifficultyOut:
    """The person leaves the group, with a coded reason. Work, retirement and other
    facts end a recognition by themselves."""
    difficulty = await usecases.exit_difficulty(
        step.rt, step.actor, difficulty_id, body.reason, body.on, step.version
    )
    await step.shows([difficulty.worker_id], SHOWN, difficulty.version)
    return DifficultyOut.of(difficulty)


@router.post(
    "/{difficulty_id}/restorations", status_code=201, summary="撤销退出",
    operation_id="restore_difficulty",
)  # fmt: skip
async def restore_difficulty(
    difficulty_id: UUID, body: RestoreIn, step: Approving
) -> DifficultyOut:
    """What a clerk wrote as the exit is taken back, by another person."""
    difficulty = await usecases.restore_difficulty(
        step.rt, step.actor, difficulty_id, body.reason, step.version
    )
    await step.shows([difficulty.worker_id], SHOWN, difficulty.version)
    return DifficultyOut.of(difficulty)


routers = [
    router,
    bulk.reading("/v1/difficulties", "difficulty", "registry:difficulty:import", tag=TAG),
    bulk.reading(
        "/v1/difficulties/census/answers", "census_answer", "registry:difficulty:import", tag=TAG
    ),
]

problems = [
    refused(domain.NoSuchDifficulty, 422, "没有此认定", "There is no such recognition"),
    refused(domain.AlreadyRecognised, 409, "已认定", "Recognised already"),
    refused(domain.LawNotInForce, 422, "该日期尚无认定规定", "No law recognises on that day"),
    refused(domain.NotRecognised, 409, "未在认定中", "Not recognised now"),
    refused(
        domain.ExitBeforeRecognition, 422, "退出早于认定", "The exit is before the recognition"
    ),
    refused(domain.NoExitByHand, 409, "没有可撤销的退出登记", "No exit was written by hand"),
]
