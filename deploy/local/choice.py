"""Which city is asked for: CITY and SCALE, and what the runner itself has to know of the case."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from local.installation import ROOT
from local.personas import Places

SAMPLE = "heihe-2003"
NONE = "none"


class UnknownCity(Exception):
    """CITY or SCALE cannot be understood; the text says what is possible."""


@dataclass(frozen=True)
class Choice:
    """`case` is None for an empty installation; `as_of` is then empty: rules look at today. `quarter`
    is the closed one that the case shows, or empty."""

    identity: str
    case: Path | None
    code: str
    name: str
    as_of: str
    scale: Decimal
    places: Places
    quarter: str = ""

    def overlay(self, service: str) -> Path | None:
        """The city's own policy files of one service, when it has any."""
        folder = ROOT / "deploy" / "cities" / self.code / "policies" / service
        return folder if folder.is_dir() else None


def choose(city: str | None, scale: str | None) -> Choice:
    """From the values of CITY (empty: the sample city) and SCALE (empty: 1). Raises UnknownCity."""
    factor = _scale(scale or "1")
    city = city or SAMPLE
    if city == NONE:
        return Choice(NONE, None, "000000", "", "", Decimal(1), Places())
    case = find_case(city)
    try:
        content = case.read_bytes()
        facts: dict[str, Any] = json.loads(content)
        code, name = str(facts["city"]["code"])[:6], str(facts["city"]["name"])
        as_of = str(facts["as_of"])
        quarter = str((facts.get("closed_quarter") or {"quarter": ""})["quarter"])
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise UnknownCity(f"{case} is not a case file: {problem}") from problem
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Choice(
        f"{case.stem} ({digest})", case, code, name, as_of, factor, _places(facts, code), quarter
    )


def find_case(city: str) -> Path:
    """A path to a case file, or the name of one under deploy/cities. Raises UnknownCity."""
    if Path(city).is_file():
        return Path(city).absolute()
    known = sorted((ROOT / "deploy" / "cities").glob("*/*.json"))
    for file in known:
        if file.stem == city:
            return file
    names = ", ".join(file.stem for file in known) or "(none under deploy/cities)"
    raise UnknownCity(f"no case {city!r}: CITY is none, a path to a case file, or one of: {names}")


def _scale(text: str) -> Decimal:
    try:
        factor = Decimal(text)
    except InvalidOperation:
        factor = Decimal(0)
    if not factor.is_finite() or not 0 < factor <= 1:
        raise UnknownCity(f"SCALE is a number above 0 and at most 1, not {text!r}")
    return factor.normalize()


def _places(facts: dict[str, Any], city: str) -> Places:
    """Where the start page's personas sit: the first district, its first community."""
    codes = [str(area.get("code", "")) for area in facts.get("areas", []) if isinstance(area, dict)]
    districts = [code for code in codes if code[:4] == city[:4] and code[4:6] not in ("", "00")]
    district = districts[0][:6] if districts else city
    inside = [code for code in codes if len(code) == 12 and code.startswith(district)]
    communities = [code for code in inside if not code.endswith("000")]
    community = communities[0] if communities else f"{district}001001"
    return Places(city=city, district=district, community=community)
