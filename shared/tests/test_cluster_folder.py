"""Where the clusters of tests live, and that they leave nothing behind."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.testing_servers import cluster_folder


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    folder = tmp_path / "memory"
    folder.mkdir()
    return folder


@pytest.fixture
def on_disk(tmp_path: Path) -> Callable[[], Path]:
    return lambda: tmp_path / "disk"


def test_it_is_in_memory_while_the_tests_run(memory: Path, on_disk: Callable[[], Path]) -> None:
    with cluster_folder(on_disk, memory, room=1) as folder:
        assert folder.parent == memory
        (folder / "data").mkdir()
    assert list(memory.iterdir()) == []


def test_what_a_killed_run_left_is_removed_and_nothing_else(
    memory: Path, on_disk: Callable[[], Path]
) -> None:
    running, gone = f"reemployment-tests-{os.getppid()}", "reemployment-tests-999999999"
    for name in (running, gone, "somebody-else"):
        (memory / name / "data").mkdir(parents=True)
    with cluster_folder(on_disk, memory, room=1):
        pass
    assert {left.name for left in memory.iterdir()} == {running, "somebody-else"}


def test_without_memory_or_room_in_it_it_is_on_disk(
    memory: Path, tmp_path: Path, on_disk: Callable[[], Path]
) -> None:
    for where, room in ((tmp_path / "none", 1), (memory, 2**62)):
        with cluster_folder(on_disk, where, room) as folder:
            assert folder == tmp_path / "disk"
    assert list(memory.iterdir()) == []
