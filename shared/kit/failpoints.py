"""Places where a test may kill the process, by name, in a child started with ``FAIL_AT=<name>``.

Without that variable a failpoint is one dictionary look-up. They exist in the embedded environment
only: a production process refuses to start with the variable set.
"""

from __future__ import annotations

import os
import signal

#: Every failpoint there is; hitting an unknown one is a programming error.
NAMES = frozenset(
    {
        "relay-after-publish", "consumer-after-commit", "rotation-after-batch",
        "indexes-after-batch",
        "batch-made-before-commit", "batch-made-after-commit",
        "batch-approved-before-commit", "batch-approved-after-commit",
        "batch-handed-over-before-commit", "batch-handed-over-after-commit",
        "run-freezing-before-commit", "run-freezing-after-commit",
        "run-chunk-before-commit", "run-chunk-after-commit",
        "run-reserved-before-commit", "run-reserved-after-commit",
        "run-approved-before-commit", "run-approved-after-commit",
        "run-ordered-before-commit", "run-ordered-after-commit",
        "run-told-before-commit", "run-told-after-commit",
        "bank-message-taken-before-commit", "bank-message-taken-after-commit",
    }
)  # fmt: skip

_armed = os.environ.get("FAIL_AT", "")


class Armed(RuntimeError):
    """A process that serves people was told to die at a failpoint."""


def refuse_outside_tests(environment: str) -> None:
    """Raises :class:`Armed` when a failpoint is armed anywhere but in the embedded environment."""
    if _armed and environment != "embedded":
        raise Armed("FAIL_AT is set: failpoints exist for tests in the embedded environment only")


def hit(name: str) -> None:
    """Die here, at once and without cleaning up, when the test asked for it."""
    assert name in NAMES, name
    if _armed == name:
        os.kill(os.getpid(), signal.SIGKILL)
