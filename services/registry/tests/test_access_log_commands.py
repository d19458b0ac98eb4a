"""The commands about who read whom; the one that stays is started as it is typed."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from kit import testing_commands
from kit.testing import PostgresServer

PEOPLE = 100_000


class Commands:
    """The registry's command line on a database of its own."""

    def __init__(self, url: str, superuser: str, keys_file: Path) -> None:
        self.superuser = superuser
        self.env = {
            **os.environ,
            "DATABASE_URL": url,
            "KEYS_FILE": str(keys_file),
            "LOG_LEVEL": "WARNING",
        }

    def run(self, *arguments: str, status: int = 0) -> dict[str, Any]:
        done = testing_commands.run("registry", *arguments, env=self.env)
        assert done.returncode == status, done.stdout + done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def sql(self, statement: str, *args: Any) -> None:
        async def go() -> None:
            connection = await asyncpg.connect(self.superuser)
            await connection.execute(statement, *args)
            await connection.close()

        asyncio.run(go())


@pytest.fixture
def commands(
    make_database: Callable[[str], tuple[str, str]], postgres: PostgresServer, keys_file: Path
) -> Commands:
    _, url = make_database("registry")
    return Commands(url, postgres.url(url.rsplit("/", 1)[1]), keys_file)


FILL = """
insert into access_log (id, service, account, office, operation, subject_id, fields, purpose, outcome,
                        request_id)
select gen_random_uuid(), 'registry', case when n % 5 = 0 then 'other' else 'thief' end,
       '231102-employment-bureau', case when n % 3 = 0 then 'list_workers' else 'get_worker' end,
       ('00000000-0000-7000-8000-' || lpad(((n / 2) % ($1 / 2))::text, 12, '0'))::uuid,
       case when n % 7 = 0 then '{labour_status}'::text[]
            else '{name_masked,sex,birth_date,claims}'::text[] end,
       null, case when n % 50 = 1 then 'denied' else 'read' end, gen_random_uuid()
  from generate_series(1, $1::int) n
"""


def test_a_breach_is_told_within_seconds(
    commands: Commands, record_property: Callable[[str, object], None]
) -> None:
    commands.sql(FILL, PEOPLE + PEOPLE // 4)
    started = time.perf_counter()
    told = commands.run("breach", "--account", "thief", "--since", "2020-01-01")
    seconds = time.perf_counter() - started
    record_property("breach_seconds", f"{told['seconds']} in the database, {seconds:.1f} in all")
    assert told["reads"] + told["denied"] == PEOPLE
    assert told["people"] == len(told["items"]) > PEOPLE // 3
    fields = {field for person in told["items"] for field in person["fields"]}
    assert fields == {"name_masked", "sex", "birth_date", "claims", "labour_status"}
    assert all(person["first_at"] <= person["last_at"] for person in told["items"])
    assert told["denied"] > 0
    assert commands.run("breach", "--account", "thief", "--until", "2020-01-01")["people"] == 0
    assert commands.run("breach", "--account", "x' or '1'='1")["people"] == 0


def test_a_planted_change_fails_the_verification(commands: Commands) -> None:
    commands.sql(FILL, 12_000)
    assert commands.run("seal", "--once") == {"sealed": 12_000}
    head = commands.run("audit-head")
    good = commands.run("audit-verify", "--head", head["head"])
    assert good["holds"] is True
    assert (good["lines"], good["seals"], good["head"]) == (12_000, 3, head["head"])
    assert good["written_head_found"] is True
    other = commands.run("audit-verify", "--head", "00" * 31 + "01", status=1)
    assert (other["holds"], other["first_break"]) == (False, None)
    commands.sql(
        "update access_log set account = 'other' where id ="
        " (select id from access_log where account = 'thief' order by txid, id limit 1)"
    )
    bad = commands.run("audit-verify", status=1)
    assert bad["holds"] is False
    assert bad["first_break"]["seal"] == 1
    assert bad["first_break"]["what"] == "a line was changed"
    assert bad["first_break"]["line"]


def test_sealing_is_a_process_of_its_own_until_it_is_stopped(commands: Commands) -> None:
    commands.sql(FILL, 100)
    process = subprocess.Popen([sys.executable, "-m", "registry.app", "seal"], env=commands.env)
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if commands.run("audit-head")["seal"] == 1:
                break
            time.sleep(0.2)
        assert process.poll() is None
        assert commands.run("audit-verify")["unsealed_lines"] == 0
    finally:
        process.terminate()
        process.wait(10)
