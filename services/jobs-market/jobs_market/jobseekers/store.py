"""Table ``jobseeker``."""

from __future__ import annotations

from jobs_market.jobseekers.domain import Jobseeker
from jobs_market.rows import Rows

JOBSEEKERS = Rows("jobseeker", Jobseeker)
