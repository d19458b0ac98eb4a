#!/usr/bin/env python3
"""Make `.venv` from the hashed lock. Needs Python 3.11 or newer and pip, nothing else.

Instant when nothing changed: a stamp in the environment holds the hash of what it was made from.
Mirrors and certificates come from the user's own pip and uv settings, never from this repository.

Only the standard library is used here, and only syntax that an old Python can parse as well, so
that it can say what is missing instead of failing with a syntax error.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parents[2]
BOOTSTRAP_LOCK = "requirements-bootstrap.lock"
LOCK = "requirements.lock"


class CannotBootstrap(Exception):
    """Something that a person has to provide is missing; the text says what."""


def fingerprint(root: Path) -> str:
    """Everything that the environment is made from, as one hash.

    Not the Python that asks: another one on somebody's path must not take the environment away
    from under a running instance. `rm -r .venv` makes it anew with another Python.
    """
    digest = hashlib.sha256()
    for name in (BOOTSTRAP_LOCK, LOCK, "deploy/local/bootstrap.py"):
        digest.update(name.encode())
        digest.update((root / name).read_bytes())
    digest.update("\n".join(source_folders(root)).encode())
    return digest.hexdigest()


def source_folders(root: Path) -> list[str]:
    """The folders that Python imports from: the kit, each service, the embedded run."""
    services = sorted(str(path.parent) for path in root.glob("services/*/pyproject.toml"))
    return [str(root / "shared"), *services, str(root / "deploy")]


def up_to_date(root: Path) -> bool:
    """Whether `.venv` exists and was made from exactly what lies here now."""
    stamp = root / ".venv" / "house.stamp"
    if not stamp.exists() or not environment_python(root).exists():
        return False
    return stamp.read_text() == fingerprint(root)


def environment_python(root: Path) -> Path:
    return root / ".venv" / "bin" / "python"


def run(*command: object, env: dict[str, str] | None = None) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, env=env, stdout=sys.stderr)
    if done.returncode:
        raise CannotBootstrap(f"this command failed (code {done.returncode}): {' '.join(words)}")


def can(python: str, module: str) -> bool:
    done = subprocess.run([python, "-c", f"import {module}"], capture_output=True)
    return done.returncode == 0


def pip_command(root: Path, python: str) -> list[str]:
    """How to call pip: the Python's own, or one in a throw-away environment by ensurepip."""
    if can(python, "pip"):
        return [python, "-m", "pip"]
    if can(python, "ensurepip"):
        folder = root / ".tools" / "pip"
        run(python, "-m", "venv", folder)
        return [str(folder / "bin" / "python"), "-m", "pip"]
    raise CannotBootstrap(
        f"{python} has no pip. Install it (Debian and Ubuntu: apt install python3-pip) "
        "and run the same command again.\n"
        f"{python} 没有 pip，请先安装（Debian/Ubuntu：apt install python3-pip）再重试。"
    )


def install_uv(root: Path, python: str) -> Path:
    """uv from its own hashed lock into `.tools` (`--target` is allowed by PEP 668)."""
    tools = root / ".tools"
    uv = tools / "bin" / "uv"
    stamp = tools / "uv.stamp"
    wanted = hashlib.sha256((root / BOOTSTRAP_LOCK).read_bytes()).hexdigest()
    if uv.exists() and stamp.exists() and stamp.read_text() == wanted:
        return uv
    pip = pip_command(root, python)
    run(
        *pip, "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore",
        "--target", tools, "--upgrade", "--require-hashes", "--no-deps",
        "--only-binary=:all:", "-r", root / BOOTSTRAP_LOCK,
    )  # fmt: skip
    stamp.write_text(wanted)
    return uv


def make_environment(root: Path, python: str) -> None:
    """The whole environment; safe to call again after an interruption."""
    uv = install_uv(root, python)
    folder = root / ".venv"
    env = {**os.environ, "VIRTUAL_ENV": str(folder)}
    # A link to a Python that is gone does not exist either: then all is made anew.
    if not environment_python(root).exists():
        run(uv, "venv", "--quiet", "--clear", "--python", python, folder)
    run(
        uv, "pip", "sync", "--quiet", "--require-hashes", "--only-binary", ":all:", root / LOCK,
        env=env,
    )  # fmt: skip
    write_path_file(root)
    (folder / "house.stamp").write_text(fingerprint(root))


def write_path_file(root: Path) -> None:
    """`house.pth` makes `kit`, the five services and `local` importable without installing them."""
    for site in (root / ".venv" / "lib").glob("python3.*/site-packages"):
        (site / "house.pth").write_text("\n".join(source_folders(root)) + "\n")


def suitable_python() -> str:
    """This Python's real file: the environment must not depend on a shim that chooses by folder."""
    if sys.version_info[:2] >= OLDEST:
        return os.path.realpath(sys.executable)
    have = ".".join(str(part) for part in sys.version_info[:3])
    raise CannotBootstrap(
        f"Python 3.11 or newer is needed; {sys.executable} is {have}. "
        "Say which one to take: make PYTHON=/path/to/python3.12\n"
        f"需要 Python 3.11 或更高版本；当前为 {have}。可用 make PYTHON=… 指定。"
    )


def main(root: Path = ROOT) -> int:
    try:
        python = suitable_python()
        if up_to_date(root):
            return 0
        (root / ".tools").mkdir(exist_ok=True)
        with (root / ".tools" / "lock").open("w") as lock:
            # Two commands started together must not build the same environment at once.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if up_to_date(root):
                return 0
            started = time.monotonic()
            print("making .venv from requirements.lock …", file=sys.stderr, flush=True)
            make_environment(root, python)
            print(f".venv is ready ({time.monotonic() - started:.1f} s)", file=sys.stderr)
    except CannotBootstrap as problem:
        print(f"bootstrap: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
