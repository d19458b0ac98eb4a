"""Table ``placement``."""

from __future__ import annotations

from jobs_market.placements.domain import Placement
from jobs_market.rows import Rows

PLACEMENTS = Rows("placement", Placement)
