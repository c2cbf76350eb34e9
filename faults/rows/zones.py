"""Row 51: the same job where the host lives in another time zone."""

import random
from datetime import UTC, datetime

import pyarrow.parquet as pq

from faults.holds import settled
from faults.row import Finding, Row
from faults.scene import NEW, Scene
from faults.version import data_files

ZONES = ("UTC", "Asia/Kolkata", "America/New_York", "Europe/Berlin", "Pacific/Chatham", "America/St_Johns")


def move_host(scene: Scene, rng: random.Random) -> Finding:  # noqa: ARG001
    """The times of the input have no offset: they are UTC, wherever the host stands."""
    scene.prepare(old=None)
    zone = ZONES[scene.number % len(ZONES)]
    call = scene.call("refuse")
    program, code = scene.run(call, TZ=zone)
    finding = Finding()
    finding.breaks("A4", scene.subject.failed_well(program.said(), code, 0))
    settled(scene, finding, call, NEW.rows, code)
    wrong = sum(at_s is not None and at_s != seconds(number) for number, at_s in _times(scene))
    finding.check("B", not wrong, f"{zone}: {wrong} rows have another time")
    return finding


def seconds(number: int) -> int:
    """What the input says of this id, as seconds since 1970 in UTC."""
    return int(datetime(2026, 3, number % 28 + 1, number % 24, 30, tzinfo=UTC).timestamp())


def _times(scene: Scene) -> list[tuple[int, int | None]]:
    tables = [pq.ParquetFile(file).read(["id", "at_s"]).to_pydict() for file in data_files(scene.output)]
    return [pair for table in tables for pair in zip(table["id"], table["at_s"], strict=True)]


ROWS = (Row("51", "the host's time zone", {"plain": len(ZONES), "hotset": len(ZONES)}, move_host),)
