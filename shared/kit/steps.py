"""An act of an office on one thing that people look at: who does it, and what is shown of it after.

In ``api``::

    Writing = Annotated[Step, stepping("registry:certificate:write")]

    async def check_certificate(certificate_id: UUID, body: StepIn, step: Writing) -> CertificateOut:
        done = await usecases.check(step.rt, step.actor, certificate_id, body.on, step.version)
        await step.shows([done.worker_id], SHOWN, done.version)
        return CertificateOut.of(done)
"""

# Annotations are evaluated here as they are defined: FastAPI finds the scope in them.

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response

from kit import audit, versions
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.service import Runtime


@dataclass(frozen=True, slots=True)
class Act:
    """One request of somebody who may make it."""

    request: Request
    response: Response
    actor: Actor

    @property
    def rt(self) -> Runtime:
        return runtime_of(self.request)

    async def shows(self, people: Sequence[UUID], fields: Sequence[str], version: int) -> None:
        """A line per person in the access log, under this operation's name, and the version of what
        is answered in ``ETag``: the next step must name it. Raises as :func:`kit.audit.note`."""
        operation: str = self.request.scope["route"].operation_id
        await audit.note(self.rt, self.actor, operation, people, fields)
        self.response.headers["ETag"] = versions.etag(version)


@dataclass(frozen=True, slots=True)
class Step(Act):
    """One act on something that somebody looked at; ``version`` is what they saw (``If-Match``)."""

    version: int


def acting(scope: str) -> Any:
    """The dependency that answers an :class:`Act` of a caller who holds ``scope``."""
    caller = requires(scope)

    async def act(request: Request, response: Response, actor: Annotated[Actor, caller]) -> Act:
        return Act(request, response, actor)

    return Depends(act)


def stepping(scope: str) -> Any:
    """The dependency that answers a :class:`Step` of a caller who holds ``scope``, who hears 401 or
    403 before 428."""
    caller = requires(scope)

    async def step(
        request: Request,
        response: Response,
        actor: Annotated[Actor, caller],
        version: versions.Required,
    ) -> Step:
        return Step(request, response, actor, version)

    return Depends(step)
