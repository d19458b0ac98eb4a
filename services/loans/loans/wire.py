"""What the wire models of this service share."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

#: Code of an office as registry opened it (``231100-city-direct``).
OfficeCode = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{6}-[a-z0-9-]{1,40}$",
        description="经办机构代码 (code of the administering office)",
        examples=["231100-loan-guarantee-centre"],
    ),
]
#: The first day of any fact that this service keeps; the programme began in 1998.
FactDate = Annotated[date, Field(ge=date(1990, 1, 1), description="事实日期 (date of fact)")]
Text = Annotated[str, Field(min_length=1, max_length=200)]


class Command(BaseModel):
    """What comes in: unknown fields are mistakes."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
