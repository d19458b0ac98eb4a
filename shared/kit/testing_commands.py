"""A service's commands in processes of their own that need not import the service first.

``python -m <package>.app`` spends some seconds on importing before it does anything. Here one process
imports the service and forks for each command, which then runs like one that was typed: with its own
arguments, environment and output, and it may be killed.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from kit import cli, failpoints

_FORKING = multiprocessing.get_context("forkserver")


def run(
    package: str, *arguments: str, env: Mapping[str, str], seconds: float = 60
) -> subprocess.CompletedProcess[str]:
    """``python -m <package>.app <arguments>`` with just this environment; answers its exit status
    (negative: the signal that killed it) and what it printed. Raises TimeoutError after ``seconds``."""
    _FORKING.set_forkserver_preload([f"{package}.app"])
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = _FORKING.Process(
            target=_command, args=(package, arguments, dict(env), str(out), str(err))
        )
        process.start()
        process.join(seconds)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(f"{package} {' '.join(arguments)}")
        texts = out.read_text("utf-8"), err.read_text("utf-8")
        return subprocess.CompletedProcess(arguments, process.exitcode, *texts)


def _command(
    package: str, arguments: tuple[str, ...], env: dict[str, str], out: str, err: str
) -> None:
    for descriptor, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), descriptor)
    os.environ.clear()
    os.environ.update(env)
    importlib.reload(failpoints)  # armed by the environment
    sys.argv = [f"{package}.app", *arguments]
    cli.main(importlib.import_module(f"{package}.app").SERVICE)
