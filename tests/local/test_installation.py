"""What is remembered under `.run/`: secrets, whose data it is, who runs it; and which city is asked for."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from local.choice import UnknownCity, choose
from local.installation import Installation, Lock, WrongCity


@pytest.fixture
def home(tmp_path: Path) -> Installation:
    installation = Installation(tmp_path / ".run")
    installation.prepare()
    return installation


def test_secrets_are_made_once_and_private(home: Installation) -> None:
    first = home.secrets()
    assert home.secrets() == first
    assert len(set(first.values())) == len(first)
    assert stat.S_IMODE((home.run / "secrets.json").stat().st_mode) == 0o600
    assert {"postgres", "nats_admin", "jobs_market_app", "nats_jobs-market"} <= set(first)


def test_city_is_loaded_once(home: Installation) -> None:
    one = Decimal(1)
    assert home.claim_city("heihe-2003", one) is False
    home.remember_city("heihe-2003", one, "loaded")
    assert home.claim_city("heihe-2003", one) is True


@pytest.mark.parametrize(("city", "scale"), [("other", "1"), ("heihe-2003", "0.5"), ("none", "1")])
def test_data_of_another_city_is_refused(home: Installation, city: str, scale: str) -> None:
    home.remember_city("heihe-2003", Decimal(1), "loaded")
    with pytest.raises(WrongCity, match="make reset"):
        home.claim_city(city, Decimal(scale))


def test_half_a_city_is_loaded_again(home: Installation) -> None:
    home.remember_city("heihe-2003", Decimal(1), "loading")
    assert home.claim_city("heihe-2003", Decimal(1)) is False
    with pytest.raises(WrongCity):
        home.claim_city("other", Decimal(1))


HOLD = """
import sys, time
from pathlib import Path
from local.installation import Installation, Lock
assert Lock(Installation(Path(sys.argv[1]))).acquire()
print("held", flush=True)
time.sleep(60)
"""


def test_one_runner_at_a_time_and_a_killed_one_frees_the_place(home: Installation) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home.run)], stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    lock = Lock(home)
    assert not lock.acquire()
    assert lock.holder() == other.pid
    other.kill()
    other.communicate()
    assert lock.holder() is None
    assert lock.acquire()
    lock.release()


CASE = {
    "case": "x",
    "as_of": "2005-06-30",
    "city": {"code": "440300", "name": "某市"},
    "areas": [{"code": "440300000000"}, {"code": "440305000000"}, {"code": "440305002003"}],
}


def test_any_case_file_can_be_chosen(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(json.dumps(CASE))
    choice = choose(str(file), "0.010")
    assert (choice.code, choice.name, choice.as_of) == ("440300", "某市", "2005-06-30")
    assert choice.scale == Decimal("0.01")
    assert choice.places.area("district") == "440305000000"
    assert choice.places.area("community") == "440305002003"
    file.write_text(json.dumps({**CASE, "as_of": "2005-12-31"}))
    assert choose(str(file), None).identity != choice.identity, "a changed case is another city"


def test_no_city(tmp_path: Path) -> None:
    choice = choose("none", "")
    assert choice.case is None
    assert choice.as_of == ""


@pytest.mark.parametrize("scale", ["0", "-1", "1.5", "much", "NaN"])
def test_impossible_scale(scale: str) -> None:
    with pytest.raises(UnknownCity, match="SCALE"):
        choose("none", scale)


def test_unknown_city_and_broken_case(tmp_path: Path) -> None:
    with pytest.raises(UnknownCity, match="path to a case file"):
        choose("atlantis", None)
    file = tmp_path / "broken.json"
    file.write_text("{}")
    with pytest.raises(UnknownCity, match="not a case file"):
        choose(str(file), None)
