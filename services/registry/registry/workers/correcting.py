"""A worker's record is changed by an approved correction, and read as of a day and as known then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kit.auth import Actor
from kit.crypto import IdNumber, mask_id_number, mask_name, normalise_id_number
from kit.db import Tx
from kit.events import NewEvent
from kit.facts import StaleWrite
from kit.ids import new_id
from kit.outbox import emit
from kit.refusal import Refusal
from kit.service import Runtime
from registry.labour_status import usecases as labour_status
from registry.offices.places import Places
from registry.workers import changes, domain, events, record, store
from registry.workers.domain import CadreProof, Claims, Proof, Worker
from registry.workers.record import CLAIMS, PERSONAL, Change, Held
from registry.workers.usecases import Proofs, writing_numbers


class AttributeUnchanged(Refusal):
    """A correction to the value that the record holds already."""

    code = "attribute-unchanged"


class OnlyFromTheBeginning(Refusal):
    """An ID number is right or wrong: it does not change from a day on."""

    code = "only-from-the-beginning"


class RecordMovedOn(Refusal):
    """The record no longer holds what it held when the correction was asked for."""

    code = "record-moved-on"


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to hold: ``value`` is a JSON value; ``valid_from`` None: from the beginning. ``on`` is
    the day from which consequences are drawn; ``expected`` what the record held when it was asked."""

    request_id: UUID
    attribute: str
    value: Any
    valid_from: date | None
    on: date
    expected: Any


async def values_of(rt: Runtime, tx: Tx, worker: Worker) -> dict[str, Any]:
    """Every attribute of a worker as it stands, as JSON values; personal ones in plain."""
    (opened,) = (await store.plain(tx, rt.keyring, [worker.id])).values()
    proof, employer = worker.proof, worker.employer
    values: dict[str, Any] = {
        "name": opened.name,
        "id_number": opened.id_number,
        "phone": opened.phone,
        "address": opened.address,
        "household_number": opened.household_number,
        "former_employer": {"name": employer.name, "code": employer.code},
        "category_proof": _proof(proof),
        "place": {"area_code": worker.area_code, "office": worker.office},
        "sex": worker.sex,
        "birth_date": worker.birth_date.isoformat(),
    }
    for name in CLAIMS:
        value = getattr(worker.claims, name)
        values[name] = value.isoformat() if isinstance(value, date) else value
    shown = worker.cadre_proof
    values["cadre"] = {"reference": shown.reference, "on": shown.on.isoformat()} if shown else None
    return values


def _proof(proof: Proof | None) -> Any:
    if proof is None:
        return None
    return {"kind": proof.kind, "reference": proof.reference, "on": proof.on.isoformat()}


async def history_of(
    rt: Runtime, tx: Tx, worker: Worker, known_at: datetime | None = None
) -> dict[str, list[Held]]:
    """Every attribute of a worker through time, as known at an instant (None: now); empty when the
    worker was not registered then. Personal values in plain: for masking, never for keeping."""
    registered_at = (await store.facts(tx, [worker.id]))[worker.id][1]
    if known_at is not None and registered_at > known_at:
        return {}
    changed = await changes.of(tx, rt.keyring, [worker.id])
    ones = record.by_attribute(changed.get(worker.id, ()))
    return {
        attribute: record.timeline(value, registered_at, ones.get(attribute, ()), known_at)
        for attribute, value in (await values_of(rt, tx, worker)).items()
    }


async def check(rt: Runtime, tx: Tx, actor: Actor, worker: Worker, wanted: Correction) -> Held:
    """What the record holds on the day from which the value is to hold. Raises why it cannot be
    corrected so: unchanged, impossible dates, a number in use, an unknown place."""
    history = await history_of(rt, tx, worker)
    held = record.on(wanted.valid_from, history[wanted.attribute])
    if held.value == wanted.value:
        raise AttributeUnchanged(attribute=wanted.attribute)
    if wanted.attribute == "id_number":
        await _check_number(rt, tx, worker, wanted, history)
    elif wanted.attribute == "place":
        day = wanted.valid_from or worker.registered_on
        named = wanted.value["area_code"], wanted.value["office"], day
        (await Places.of(tx, [named])).check(actor, *named)
    elif wanted.attribute == "cadre":
        _check_cadre(rt, worker, wanted.value)
    elif wanted.attribute in CLAIMS:
        _check_claims(rt, worker, record.with_claim(worker.claims, wanted.attribute, wanted.value))
    elif wanted.attribute == "category_proof" and wanted.value is not None:
        proof = Proof(**{**wanted.value, "on": date.fromisoformat(wanted.value["on"])})
        accepted = Proofs(rt).on(max(wanted.on, worker.registered_on))
        domain.check_proof(worker.claims, proof, accepted, born=worker.birth_date, today=rt.today())
    return held


async def _check_number(
    rt: Runtime, tx: Tx, worker: Worker, wanted: Correction, history: Mapping[str, list[Held]]
) -> None:
    if wanted.valid_from is not None:
        raise OnlyFromTheBeginning
    keyring = await writing_numbers(rt, tx, [wanted.value])
    index = store.number_index(keyring, wanted.value)
    if (await store.taken(tx, [], [index]))[1]:
        raise domain.IdNumberTaken
    born = normalise_id_number(wanted.value).birth_date
    spells = await labour_status.history_of(tx, worker.id)
    domain.check_dates(
        worker.claims, born=born, status_since=spells[0].since,
        registered_on=worker.registered_on, today=rt.today(),
    )  # fmt: skip


def _check_cadre(rt: Runtime, worker: Worker, value: Any) -> None:
    """``value``: the paper that shows it, or None of somebody who is no cadre."""
    proof = CadreProof(value["reference"], date.fromisoformat(value["on"])) if value else None
    claims = record.with_claim(worker.claims, "cadre", value)
    domain.check_cadre(claims, proof, born=worker.birth_date, today=rt.today())


def _check_claims(rt: Runtime, worker: Worker, claims: Claims) -> None:
    domain.check_dates(
        claims, born=worker.birth_date, status_since=worker.registered_on,
        registered_on=worker.registered_on, today=rt.today(),
    )  # fmt: skip


async def correct(
    rt: Runtime, tx: Tx, actor: Actor, worker: Worker, wanted: Correction
) -> tuple[Worker, NewEvent]:
    """Write an approved correction and tell of it; the caller holds the person's lock and has the
    row locked. Raises what :func:`check` raises, and 409 when the record moved on since it was asked for."""
    held = await check(rt, tx, actor, worker, wanted)
    if held.value != wanted.expected:
        raise RecordMovedOn
    undone = held.change if held.change is not None and held.since == wanted.valid_from else None
    event_id = new_id()
    derived: dict[str, Any] = {}
    if wanted.attribute == "id_number":
        number = normalise_id_number(wanted.value)
        derived = _differing(worker, number)
    for attribute, value in {wanted.attribute: wanted.value, **derived}.items():
        previous = held.value if attribute == wanted.attribute else _now(worker, attribute)
        await changes.add(
            tx, rt.keyring, new_id(), worker.id, attribute, value, previous,
            valid_from=wanted.valid_from, request_id=wanted.request_id, actor=actor.subject,
            told_event=event_id,
        )  # fmt: skip
    history = await history_of(rt, tx, worker)
    columns: dict[str, Any] = {}
    keyring = rt.keyring
    if wanted.attribute == "id_number":
        keyring = await writing_numbers(rt, tx, [wanted.value])
    for attribute in (wanted.attribute, *derived):
        now = history[attribute][-1].value
        columns |= store.columns_of(keyring, worker.id, attribute, now)
    if not await store.save(tx, worker.id, worker.version, columns):
        raise StaleWrite
    if wanted.attribute == "place":
        place = history["place"][-1].value
        await labour_status.transfer(tx, worker.id, place["area_code"], place["office"])
    after = await store.get(tx, rt.keyring, worker.id)
    assert after is not None
    event = _told(event_id, worker, after, wanted, derived, undone)
    await emit(tx, [event])
    return after, event


def _differing(worker: Worker, number: IdNumber) -> dict[str, Any]:
    """Sex and birth date, where the corrected number says otherwise."""
    derived: dict[str, Any] = {}
    if number.sex != worker.sex:
        derived["sex"] = number.sex
    if number.birth_date != worker.birth_date:
        derived["birth_date"] = number.birth_date.isoformat()
    return derived


def _now(worker: Worker, attribute: str) -> Any:
    value = getattr(worker, attribute)
    return value.isoformat() if isinstance(value, date) else value


def _told(
    id: UUID,
    before: Worker,
    after: Worker,
    wanted: Correction,
    derived: Mapping[str, Any],
    undone: Change | None,
) -> NewEvent:
    """Names of attributes; values only of what rules look at (category, sex, birth date, cadre)."""
    reverses = undone.told_event if undone is not None else None
    data: dict[str, Any]
    if after.claims.category != before.claims.category:
        data = {"category": after.claims.category, "previous": before.claims.category}
        type = events.CATEGORY_CORRECTED
    else:
        data = {
            "attributes": sorted({wanted.attribute, *derived}),
            "from_the_beginning": wanted.valid_from is None,
            "sex": after.sex,
            "birth_date": after.birth_date.isoformat(),
            "cadre": after.claims.cadre,
        }
        type = events.WORKER_CORRECTED
    return NewEvent(
        type, after.id, wanted.on, after.area_code, after.office, data, reverses=reverses, id=id
    )


async def changes_of(
    rt: Runtime, tx: Tx, records: Sequence[UUID], after: UUID | None, limit: int
) -> list[Change]:
    """What was changed of these records, oldest first; personal values in plain."""
    return list(await changes.page(tx, rt.keyring, records, after, limit))


def masked(attribute: str, value: Any) -> Any:
    """A value as anyone may see it: personal ones masked or only present."""
    if attribute not in PERSONAL or value is None:
        return value
    if attribute == "name":
        return mask_name(value)
    return mask_id_number(value) if attribute == "id_number" else "***"
