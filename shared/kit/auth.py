"""Who calls, and what they may do: OIDC access tokens checked against the issuer's published keys.

The contract with a city's issuer: a signed JWT (RS256, PS256, ES256 or EdDSA) with ``iss``,
``aud``, ``sub``, ``exp`` and ``nbf``, and the claims ``roles`` (list of names of :mod:`kit.roles`),
``office`` (code of the office that the person works in) and ``area_code`` (twelve digits: the
subtree that the office sees). ``scope`` may name further scopes for a client that has no role.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cached_property
from hashlib import sha256
from typing import Any

import httpx
import structlog
from fastapi import Request
from fastapi.params import Depends as DependsParameter
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kit import areas, context, roles
from kit.areas import AreaCode
from kit.problems import FORBIDDEN, UNAUTHENTICATED, UNAVAILABLE, ProblemError, header
from kit.settings import Settings

log = structlog.get_logger("auth")

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
#: Keys are looked at again after so many seconds: a rotation is noticed within this time.
KEYS_FRESH_S = 60.0
#: An unknown key id makes us ask the issuer again, but not more often than this.
UNKNOWN_KEY_PAUSE_S = 30.0
#: Verified tokens remembered; verifying costs some 60 µs and a look-up less than 1 µs.
TOKENS_KEPT = 10_000
TOKEN_LENGTH_MAX = 8_192
CLOCK_LEEWAY_S = 5


class Actor(BaseModel):
    """The caller: ``subject`` from the token, its roles, the scopes that they give, its office and
    the area whose subtree that office sees. ``former``: what begins the codes of areas that went
    into that one, where a service knows them; their rows keep the codes of their day."""

    model_config = ConfigDict(frozen=True)
    subject: str = Field(min_length=1, max_length=200)
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    office: str = Field(min_length=1, max_length=64)
    area_code: AreaCode
    former: tuple[str, ...] = ()

    @cached_property
    def area_prefix(self) -> str:
        """What the codes of the caller's area and of all areas in it begin with."""
        return areas.prefix(self.area_code)

    @cached_property
    def area_prefixes(self) -> tuple[str, ...]:
        """What the area codes of all visible rows begin with: one of these."""
        return (self.area_prefix, *self.former)

    @cached_property
    def area_pattern(self) -> str:
        """The same for SQL (``area_code ~ pattern``)."""
        return areas.pattern(self.area_prefixes)

    def succeeding(self, former: tuple[str, ...]) -> Actor:
        """This caller, with the areas that went into the caller's."""
        return Actor.model_construct(
            subject=self.subject, roles=self.roles, scopes=self.scopes, office=self.office,
            area_code=self.area_code, former=former,
        )  # fmt: skip

    def may(self, scope: str) -> bool:
        return scope in self.scopes

    def may_see(self, area_code: str) -> bool:
        """Whether a row of that area is in the caller's subtree. If not, the answer is 404."""
        return area_code.startswith(self.area_prefixes)


class TokenRefused(Exception):
    """A token that proves nothing; the reason is for the log, the caller hears only 401."""


class KeySource:
    """The issuer's public keys: given (tests), or fetched and kept fresh."""

    def __init__(
        self,
        keys: KeySet | None = None,
        *,
        url: str | None = None,
        client: httpx.AsyncClient | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if (keys is None) == (url is None):
            raise ValueError("give either keys or the address of the issuer's key set")
        self._keys, self._url, self._client, self._clock = keys, url, client, clock
        self._asked_at: float | None = None
        self._lock = asyncio.Lock()

    async def keys(self, key_id: str | None) -> KeySet:
        """Keys among which ``key_id`` should be. Raises 503 when none could ever be fetched."""
        if self._url is None:
            assert self._keys is not None
            return self._keys
        known = self._keys is not None and _has(self._keys, key_id)
        if self._due(KEYS_FRESH_S if known else UNKNOWN_KEY_PAUSE_S):
            async with self._lock:
                if self._due(KEYS_FRESH_S if known else UNKNOWN_KEY_PAUSE_S):
                    await self._fetch()
        if self._keys is None:
            raise ProblemError(UNAVAILABLE)
        return self._keys

    async def ready(self) -> bool:
        """Whether tokens can be checked now (fetches the keys when there are none yet)."""
        try:
            await self.keys(None)
        except ProblemError:
            return False
        return True

    def _due(self, pause_s: float) -> bool:
        if self._asked_at is None:
            return True
        # While there are no keys at all, waiting half a minute would only prolong the outage.
        pause = pause_s if self._keys is not None else 1.0
        return self._clock() - self._asked_at >= pause

    async def _fetch(self) -> None:
        self._asked_at = self._clock()
        assert self._url is not None
        if self._client is None:
            self._client = httpx.AsyncClient(
                timeout=httpx.Timeout(5, connect=2), follow_redirects=False, trust_env=False
            )
        try:
            response = await self._client.get(self._url)
            response.raise_for_status()
            self._keys = KeySet.import_key_set(response.json())
        except (httpx.HTTPError, ValueError, KeyError, TypeError, JoseError) as error:
            log.warning("keys.not_fetched", error=type(error).__name__, kept=self._keys is not None)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()


def _has(keys: KeySet, key_id: str | None) -> bool:
    return key_id is None or any(key.kid == key_id for key in keys.keys)


class Authenticator:
    """Turns the ``Authorization`` header into an :class:`Actor`."""

    def __init__(
        self,
        source: KeySource,
        *,
        issuer: str,
        audience: str,
        embedded: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.source, self._embedded, self._now = source, embedded, now
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(now()),
            leeway=CLOCK_LEEWAY_S,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
            nbf={"essential": True},
        )
        self._known: OrderedDict[bytes, tuple[float, Actor]] = OrderedDict()

    @classmethod
    def from_settings(cls, settings: Settings) -> Authenticator:
        """Keys from ``JWKS_URL``, or from where issuers put them by custom."""
        url = settings.jwks_url or settings.issuer.rstrip("/") + "/.well-known/jwks.json"
        return cls(
            KeySource(url=url),
            issuer=settings.issuer,
            audience=settings.audience,
            embedded=settings.environment == "embedded",
        )

    @classmethod
    def from_jwks(
        cls,
        jwks: Mapping[str, Any],
        *,
        issuer: str,
        audience: str = "reemployment",
        embedded: bool = True,
    ) -> Authenticator:
        """With keys in hand, for tests."""
        keys = KeySet.import_key_set(dict(jwks))  # type: ignore[arg-type]
        return cls(KeySource(keys), issuer=issuer, audience=audience, embedded=embedded)

    async def actor(self, authorization: str | None) -> Actor:
        """The verified caller. Raises 401 (with ``WWW-Authenticate``), or 503 without any keys."""
        if authorization is None:
            raise _unauthenticated(None)
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token or len(token) > TOKEN_LENGTH_MAX:
            raise _unauthenticated("invalid_request")
        digest = sha256(token.encode("latin-1")).digest()
        found = self._known.get(digest)
        if found is not None:
            if found[0] > self._now():
                return found[1]
            del self._known[digest]
        try:
            good_until, actor = await self._verify(token)
        except TokenRefused as error:
            log.info("token.refused", reason=str(error))
            raise _unauthenticated("invalid_token") from None
        self._known[digest] = (good_until, actor)
        if len(self._known) > TOKENS_KEPT:
            self._known.popitem(last=False)
        return actor

    async def _verify(self, token: str) -> tuple[float, Actor]:
        """Signature, then claims. Trusted only as long as the keys may not have changed."""
        try:
            unverified = jws.extract_compact(token.encode("latin-1")).headers()
            key_id = unverified.get("kid")
            if unverified.get("alg") not in ALGORITHMS:
                raise TokenRefused("algorithm")
            keys = await self.source.keys(key_id if isinstance(key_id, str) else None)
            claims = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
            self._claims.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise TokenRefused(type(error).__name__) from None
        good_until: float = min(claims["exp"], self._now() + KEYS_FRESH_S)
        return good_until, self._actor_of(claims)

    def _actor_of(self, claims: Mapping[str, Any]) -> Actor:
        listed = claims.get("roles", [])
        if not isinstance(listed, list) or not all(isinstance(role, str) for role in listed):
            raise TokenRefused("roles")
        named = frozenset(str(claims.get("scope", "")).split()) & roles.SCOPES
        held = roles.scopes_of(tuple(listed), embedded=self._embedded)
        try:
            return Actor(
                subject=claims["sub"],
                roles=frozenset(listed),
                scopes=held | named,
                office=claims.get("office"),
                area_code=claims.get("area_code"),
            )
        except ValidationError:
            raise TokenRefused("office or area") from None


def _unauthenticated(error: str | None) -> ProblemError:
    challenge = 'Bearer realm="reemployment"' + (f', error="{error}"' if error else "")
    return ProblemError(UNAUTHENTICATED, headers={"WWW-Authenticate": challenge})


async def authenticate(request: Request) -> Actor:
    """The verified caller of this request, whom the log and the events then know."""
    authenticator: Authenticator = request.app.state.authenticator
    actor = await authenticator.actor(header(request.scope, b"authorization"))
    callers = request.app.state.callers
    if callers is not None:
        actor = await callers(request.app.state.runtime, actor)
    context.name_actor(actor.subject)
    request.scope["kit.actor"] = actor
    return actor


class Requires(DependsParameter):
    """A dependency that answers the caller, and refuses one who lacks ``scope`` (403).

    Stands either directly in ``Annotated[Actor, requires(…)]`` or inside ``Depends(requires(…))``.
    The contract and the test of rights read ``scope`` from here: see :mod:`kit.openapi`.
    """

    scope_name: str | None

    def __init__(self, scope_name: str | None) -> None:
        async def dependency(request: Request) -> Actor:
            return await self(request)

        dependency.scope_name = scope_name  # type: ignore[attr-defined]
        super().__init__(dependency)
        object.__setattr__(self, "scope_name", scope_name)

    async def __call__(self, request: Request) -> Actor:
        actor = await authenticate(request)
        if self.scope_name is not None and self.scope_name not in actor.scopes:
            log.info("scope.missing", scope=self.scope_name, subject=actor.subject)
            raise ProblemError(FORBIDDEN, params={"scope": self.scope_name})
        return actor


def requires(scope: str) -> Requires:
    """The caller, who must hold ``scope`` (``registry:worker:write``). An unknown one raises."""
    if scope not in roles.SCOPES:
        raise ValueError(f"{scope!r} is no scope of kit.roles")
    return Requires(scope)


def authenticated() -> Requires:
    """The caller, whatever they may do."""
    return Requires(None)
