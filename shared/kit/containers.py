"""PostgreSQL and NATS in containers, for ``TEST_BACKEND=testcontainers``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

POSTGRES_IMAGE = "postgres:18"
NATS_IMAGE = "nats:2.15"


@contextmanager
def postgres_container() -> Iterator[str]:
    """A PostgreSQL 18 container; yields its superuser's URL."""
    container = PostgresContainer(POSTGRES_IMAGE, driver=None).with_command(
        "postgres -c fsync=off -c max_connections=200"
    )
    with container as postgres:
        yield postgres.get_connection_url()


@contextmanager
def nats_container(config: Path) -> Iterator[tuple[str, int]]:
    """A nats-server container on our own configuration file; yields host and port."""
    container = (
        DockerContainer(NATS_IMAGE)
        .with_volume_mapping(str(config), "/nats.conf", "ro")
        .with_command("-c /nats.conf")
        .with_exposed_ports(4222)
        .waiting_for(LogMessageWaitStrategy("Server is ready"))
    )
    with container as nats:
        yield nats.get_container_host_ip(), int(nats.get_exposed_port(4222))
