"""From what an account was to what it is: rows to write and events to tell, for a set of people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from kit.events import Event, EventType, NewEvent
from kit.ids import new_id
from registry.unemployment_insurance import events
from registry.unemployment_insurance.acts import State
from registry.unemployment_insurance.domain import (
    Account,
    Episode,
    Finding,
    Stage,
)
from registry.unemployment_insurance.store import Noted, Row, ToldEpisode

_TYPES: dict[State, EventType] = {
    "drawing": events.RESUMED,
    "stopped": events.STOPPED,
    "exhausted": events.EXHAUSTED,
    "void": events.VOIDED,
}


@dataclass(slots=True)
class News:
    """What a set of folded accounts brings."""

    made: list[Row] = field(default_factory=list)
    changed: list[Row] = field(default_factory=list)
    kept: list[ToldEpisode] = field(default_factory=list)
    gone: list[ToldEpisode] = field(default_factory=list)
    noted: list[Noted] = field(default_factory=list)
    lifted: list[Noted] = field(default_factory=list)
    told: list[NewEvent] = field(default_factory=list)

    def of(
        self,
        before: Row | None,
        row: Row,
        account: Account,
        episodes: Mapping[date, ToldEpisode],
        findings: Mapping[Finding, Noted],
        cause: Event | None,
    ) -> None:
        """Compare one account with what was told of it."""
        say = _Teller(self, row, cause)
        row = replace(row, told_event=self._state(say, before, row, account))
        self._episodes(say, account, episodes)
        self._findings(say, account, findings)
        if before is None:
            self.made.append(row)
        elif row != before:
            self.changed.append(row)

    def _state(self, say: _Teller, before: Row | None, row: Row, account: Account) -> UUID | None:
        """The event that told of the state last; times at work are told as such."""
        if before is not None and (before.state, before.since, before.reason) == (
            row.state, row.since, row.reason,
        ):  # fmt: skip
            return before.told_event
        if row.state in ("employed", "deferred"):
            return row.told_event
        type = _TYPES[row.state]
        if row.state == "drawing" and (before is None or before.started_on != row.started_on):
            type = events.STARTED
        data: dict[str, Any] = {}
        if row.state != "void":
            data["since"] = row.since.isoformat()
        if row.state == "drawing":
            data |= {"months_granted": row.granted, "months_left": row.left}
        elif row.state == "stopped":
            data |= {"reason": row.reason, "months_left": row.left}
        return say(type, row.since, data, _undone(before, account))

    def _episodes(self, say: _Teller, account: Account, told: Mapping[date, ToldEpisode]) -> None:
        hold = {episode.employed_on: episode for episode in account.episodes}
        for on, one in told.items():
            if on not in hold:
                self.gone.append(one)
                if one.deferred_event is not None:
                    self._unsign(say, one)
                data = {"employed_on": on.isoformat()}
                say(events.EMPLOYMENT_VOIDED, on, data, one.employed_event)
        for on, episode in hold.items():
            was = told.get(on)
            if was is None:
                event = say(events.EMPLOYED, on, {"employed_on": on.isoformat()})
                was = ToldEpisode(say.row.id, Episode(on), event)
            elif was.episode == episode:
                continue
            self.kept.append(self._signed(say, was, episode))

    def _signed(self, say: _Teller, was: ToldEpisode, episode: Episode) -> ToldEpisode:
        """The same time at work, with its agreement as it stands now."""
        if was.deferred_event is not None:
            self._unsign(say, was)
        if episode.deferred_on is None:
            return replace(was, episode=episode, deferred_event=None)
        data = {
            "employed_on": episode.employed_on.isoformat(),
            "deferred_on": episode.deferred_on.isoformat(), "months_left": say.row.left,
        }  # fmt: skip
        event = say(events.DEFERRED, episode.deferred_on, data)
        return replace(was, episode=episode, deferred_event=event)

    def _unsign(self, say: _Teller, was: ToldEpisode) -> None:
        on = was.episode.employed_on
        say(events.DEFERRAL_VOIDED, on, {"employed_on": on.isoformat()}, was.deferred_event)

    def _findings(self, say: _Teller, account: Account, told: Mapping[Finding, Noted]) -> None:
        hold = set(account.findings)
        for finding, noted in told.items():
            if finding not in hold:
                self.lifted.append(noted)
                say(events.FINDING_LIFTED, finding.on, _said(finding), noted.told_event)
        for finding in account.findings:
            if finding not in told:
                event = say(events.FINDING_NOTED, finding.on, _said(finding))
                self.noted.append(Noted(new_id(), say.row.id, say.row.worker_id, finding, event))


@dataclass(frozen=True, slots=True)
class _Teller:
    """Says one thing about one account."""

    news: News
    row: Row
    cause: Event | None

    def __call__(
        self, type: EventType, on: date, data: Mapping[str, Any], reverses: UUID | None = None
    ) -> UUID:
        event = NewEvent(
            type, self.row.id, on, self.row.area_code, self.row.office,
            {"worker_id": str(self.row.worker_id), **data}, reverses=reverses,
        )  # fmt: skip
        self.news.told.append(event.because_of(self.cause) if self.cause else event)
        return event.id


def _undone(before: Row | None, account: Account) -> UUID | None:
    """The last thing told of the state, when no day holds it any more."""
    if before is None or before.state in ("employed", "deferred", "void"):
        return None
    held = Stage(before.state, before.since, before.reason) in account.stages
    return None if held else before.told_event


def _said(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind, "on": finding.on.isoformat(), "told": finding.told,
        "expected": finding.expected,
    }  # fmt: skip
