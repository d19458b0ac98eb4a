"""What is told of workers."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from kit.crypto import Sex
from registry import examples
from registry.labour_status.domain import LabourStatus, Population
from registry.telling import told
from registry.workers.domain import Category


class WorkerRegistered(BaseModel):
    """A person is known; ``population`` says whether 下岗失业人员 (base) or not. ``cadre``: of women,
    who then retire later (R18)."""

    sex: Sex
    birth_date: date
    labour_status: LabourStatus
    status_since: date
    category: Category
    cadre: bool
    population: Population
    centre_agreement_on: date | None


class CategoryCorrected(BaseModel):
    category: Category
    previous: Category


class WorkerCorrected(BaseModel):
    """Which attributes were corrected; the values only of what rules look at. ``validfrom`` is the
    day from which consequences are drawn."""

    attributes: list[str]
    from_the_beginning: bool
    sex: Sex
    birth_date: date
    cadre: bool


class WorkerMerged(BaseModel):
    """``merged_id`` (the entity) was found to be the same person as ``survivor_id``."""

    survivor_id: UUID
    merged_id: UUID


class WorkerUnmerged(BaseModel):
    """They are two people after all; the event reverses the merge's."""

    survivor_id: UUID
    merged_id: UUID


WORKER_REGISTERED = told(
    "worker.registered", WorkerRegistered, "劳动者登记", "Worker registered",
    sex="female", birth_date="1960-05-04", labour_status="laid_off", status_since="2001-03-01",
    category="soe_laid_off", cadre=False, population="base", centre_agreement_on="2001-03-01",
)  # fmt: skip
CATEGORY_CORRECTED = told(
    "worker.category-corrected", CategoryCorrected, "对象类别更正", "Worker's category corrected",
    category="none", previous="soe_laid_off",
)  # fmt: skip
WORKER_CORRECTED = told(
    "worker.corrected", WorkerCorrected, "劳动者信息更正", "Worker's record corrected",
    attributes=["birth_date", "id_number"], from_the_beginning=True, sex="female",
    birth_date="1960-05-04", cadre=False,
)  # fmt: skip

WORKER_MERGED = told(
    "worker.merged", WorkerMerged, "重复登记合并", "Duplicate worker merged",
    survivor_id=examples.WORKER, merged_id=examples.OTHER_WORKER,
)  # fmt: skip
WORKER_UNMERGED = told(
    "worker.unmerged", WorkerUnmerged, "撤销合并", "Merge of workers reversed",
    survivor_id=examples.WORKER, merged_id=examples.OTHER_WORKER,
)  # fmt: skip

TOLD = [
    WORKER_REGISTERED, CATEGORY_CORRECTED, WORKER_CORRECTED, WORKER_MERGED, WORKER_UNMERGED,
]  # fmt: skip
