"""An application behind a real server, in a thread with an event loop of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from kit.processes import reserve_port

READY_S = 15


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Answers the address; the server stops when the block ends."""
    reserved = reserve_port()
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=reserved.port, log_level="critical")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + READY_S
        while not server.started and time.monotonic() < until:
            time.sleep(0.05)
        assert server.started, f"not listening after {READY_S} s"
        yield f"http://127.0.0.1:{reserved.port}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        reserved.release()
