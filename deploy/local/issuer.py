"""The development issuer: discovery, keys and a token for whoever asks. Never outside this run.

Anybody who reaches it becomes anybody, so it exists only where ENVIRONMENT is `embedded`.
"""

from __future__ import annotations

import json
from urllib.parse import parse_qs

from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.personas import PERSONAS, Places
from local.tokens import TokenSource


class NotEmbedded(Exception):
    """The development issuer was started where real people's data may lie."""


def create_issuer(environment: str, key: ECKey, issuer: str, places: Places) -> Starlette:
    """The issuer as an application, to be mounted at the path of `issuer`.

    `POST <issuer>/token` with form fields `persona` (a key of PERSONAS) and, if wanted, `office`
    and `area_code` answers an OAuth 2 token response. Raises NotEmbedded elsewhere.
    """
    if environment != "embedded":
        raise NotEmbedded(
            f"the development issuer refuses to start: ENVIRONMENT is {environment!r}, "
            "it may only be 'embedded'; use the city's own OIDC issuer"
        )
    tokens = TokenSource(key, issuer, places)

    async def discovery(_: Request) -> Response:
        return JSONResponse(
            {
                "issuer": issuer,
                "jwks_uri": f"{issuer}/jwks",
                "token_endpoint": f"{issuer}/token",
                "grant_types_supported": ["client_credentials"],
                "response_types_supported": ["token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
            }
        )

    async def jwks(_: Request) -> Response:
        return JSONResponse({"keys": [key.as_dict(private=False)]})

    async def token(request: Request) -> Response:
        form = parse_qs((await request.body()).decode("utf-8", errors="replace"))
        given = {name: values[0] for name, values in form.items()}
        persona = given.get("persona", "")
        if persona not in PERSONAS:
            return JSONResponse(
                {
                    "error": "invalid_request",
                    "error_description": f"persona is one of: {', '.join(PERSONAS)}",
                },
                status_code=400,
            )
        access = tokens.token(persona, office=given.get("office"), area_code=given.get("area_code"))
        return Response(
            json.dumps(
                {"access_token": access, "token_type": "Bearer", "expires_in": tokens.lifetime_s}
            ),
            media_type="application/json",
            headers={"Cache-Control": "no-store"},
        )

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", discovery),
            Route("/jwks", jwks),
            Route("/token", token, methods=["POST"]),
        ]
    )
