"""Access tokens of the embedded run, signed with the development issuer's own key (ES256).

The claims are those that a city's issuer has to give: `iss sub aud exp nbf iat jti roles
office area_code`. What a role may do is known to the services (kit.roles), not to the issuer.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import ECKey

from local.installation import write_private
from local.personas import PERSONAS, Persona, Places

AUDIENCE = "reemployment"
LIFETIME_S = 12 * 3600
# A cached token is given out only while it is good for at least this long.
REMAINING_S = 600


def signing_key(file: Path) -> ECKey:
    """The issuer's key; made on first use, kept with the installation, readable by its owner."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = ECKey.generate_key("P-256", {"alg": "ES256", "use": "sig"}, auto_kid=True)
        write_private(file, json.dumps(fresh.as_dict(private=True)))
    return ECKey.import_key(json.loads(file.read_text()))


@dataclass
class TokenSource:
    """Tokens as any persona: for the loader, the report and the start page."""

    key: ECKey
    issuer: str
    places: Places = field(default_factory=Places)
    lifetime_s: int = LIFETIME_S
    _known: dict[tuple[str, str, str], tuple[float, str]] = field(default_factory=dict)

    def token(
        self, persona: str = "loader", *, office: str | None = None, area_code: str | None = None
    ) -> str:
        """A token as this persona (a key of PERSONAS; KeyError otherwise), at its usual office or
        at another one. The same token is answered until it is nearly too old.
        """
        who = PERSONAS[persona]
        office = office or self.places.office(who.where, who.office)
        area_code = area_code or self.places.area(who.where)
        now = time.time()
        good_until, token = self._known.get((persona, office, area_code), (0.0, ""))
        if good_until - now < REMAINING_S:
            token = self._sign(who, office, area_code, int(now))
            self._known[persona, office, area_code] = (now + self.lifetime_s, token)
        return token

    def headers(self, persona: str = "loader", **place: str) -> dict[str, str]:
        """`Authorization` for an HTTP client; `office` and `area_code` as for token()."""
        return {"Authorization": f"Bearer {self.token(persona, **place)}"}

    def _sign(self, who: Persona, office: str, area_code: str, now: int) -> str:
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": f"embedded-{who.key}",
            "aud": AUDIENCE,
            "iat": now,
            "nbf": now,
            "exp": now + self.lifetime_s,
            "jti": str(uuid4()),
            "roles": [who.role],
            "office": office,
            "area_code": area_code,
        }
        header = {"alg": "ES256", "kid": self.key.kid, "typ": "at+jwt"}
        return jwt.encode(header, claims, self.key, algorithms=["ES256"])
