"""Failpoints kill where a test says so, and a production process will not start with one armed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from kit import failpoints


def run(code: str, fail_at: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "FAIL_AT": fail_at},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_an_armed_failpoint_kills_at_once() -> None:
    done = run("from kit import failpoints as f; f.hit('relay-after-publish'); print('alive')",
               "relay-after-publish")  # fmt: skip
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "")


def test_another_failpoint_is_passed() -> None:
    done = run("from kit import failpoints as f; f.hit('consumer-after-commit'); print('alive')",
               "relay-after-publish")  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "alive\n")


@pytest.mark.parametrize(("environment", "starts"), [("production", False), ("embedded", True)])
def test_production_does_not_start_with_one_armed(environment: str, starts: bool) -> None:
    done = run(f"from kit import failpoints as f; f.refuse_outside_tests('{environment}')",
               "relay-after-publish")  # fmt: skip
    assert (done.returncode == 0) is starts


def test_an_unknown_failpoint_is_a_mistake_in_the_code() -> None:
    with pytest.raises(AssertionError):
        failpoints.hit("no-such-place")
