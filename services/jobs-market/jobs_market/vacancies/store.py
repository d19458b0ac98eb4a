"""Table ``vacancy``."""

from __future__ import annotations

from jobs_market.rows import Rows
from jobs_market.vacancies.domain import Vacancy

VACANCIES = Rows("vacancy", Vacancy)
