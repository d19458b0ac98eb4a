"""Two records that are one person: the merged one stands still."""

from __future__ import annotations

from kit.refusal import Refusal


class RecordMerged(Refusal):
    """Nothing new is done on a record that was merged into another: that one carries on."""

    code = "worker-merged"
