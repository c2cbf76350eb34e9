"""Logs of real programs: read whole, cut off, damaged, and made to harm."""

import json
import shutil
import struct
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotset.errors import HotsetError, InputError
from hotset.eventlog import Application, read_log
from hotset.eventlog.codecs import plain_chunks
from hotset.eventlog.lines import LINE_BYTES

LOGS = Path(__file__).parent / "logs"
ZSTD = LOGS / "pagerank-4.3.0.zstd"
START = b'{"Event":"SparkListenerLogStart","Spark Version":"4.0.0"}\n'
EVERY_LOG = sorted(path for path in LOGS.iterdir() if not path.name.endswith(".md"))


def text_of(log: Path) -> bytes:
    files = sorted(log.glob("events_*")) if log.is_dir() else [log]
    return b"".join(chunk for file in files for chunk in plain_chunks(file))


@pytest.mark.parametrize("log", EVERY_LOG, ids=lambda log: log.name)
def test_what_is_read_is_what_the_tasks_of_the_log_add_up_to(log: Path) -> None:
    events = [json.loads(line) for line in text_of(log).splitlines()]
    tasks = [event["Task Metrics"] for event in events if event["Event"] == "SparkListenerTaskEnd"]

    found = read_log(log)

    assert found.task_seconds == pytest.approx(sum(task["Executor Run Time"] for task in tasks) / 1e3)
    assert sum(stage.cpu_seconds for stage in found.stages.values()) == pytest.approx(
        sum(task["Executor CPU Time"] for task in tasks) / 1e9
    )
    assert len(found.jobs) == sum(event["Event"] == "SparkListenerJobStart" for event in events)
    assert sum(stage.tasks for stage in found.stages.values()) == len(tasks)
    assert (found.unfinished, found.damaged_lines) == ("", 0)


@pytest.mark.parametrize("log", EVERY_LOG, ids=lambda log: log.name)
def test_the_version_of_spark_is_that_in_the_name_of_the_log(log: Path) -> None:
    version = log.stem.rpartition("-")[2] if "own" not in log.name else "4.3.0"

    found = read_log(log)

    assert found.spark.startswith(version.removesuffix(".zstd"))
    assert found.id.startswith("local-")


def test_a_log_says_the_same_plain_and_in_each_codec(tmp_path: Path) -> None:
    plain = text_of(ZSTD)
    (tmp_path / "plain").write_bytes(plain)
    (tmp_path / "lz4").write_bytes(as_lz4(plain))
    (tmp_path / "snappy").write_bytes(as_snappy(plain))
    shutil.copy(ZSTD, tmp_path / "renamed")

    found = [read_log(tmp_path / name) for name in ("plain", "lz4", "snappy", "renamed")]

    assert {(one.id, one.task_seconds, len(one.stages), one.bytes_read) for one in found} == {
        (read_log(ZSTD).id, read_log(ZSTD).task_seconds, len(read_log(ZSTD).stages), len(plain))
    }


def as_lz4(plain: bytes) -> bytes:
    """As lz4-java's LZ4BlockOutputStream frames it: 32 KiB a block, and a block of nothing at the end."""
    codec, out = pa.Codec("lz4_raw"), b""
    for start in range(0, len(plain), 32 * 1024):
        part = plain[start : start + 32 * 1024]
        packed = codec.compress(part, asbytes=True)
        out += struct.pack("<8sBIII", b"LZ4Block", 0x25, len(packed), len(part), 0) + packed
    return out + struct.pack("<8sBIII", b"LZ4Block", 0x15, 0, 0, 0)


def as_snappy(plain: bytes) -> bytes:
    codec, out = pa.Codec("snappy"), b"\x82SNAPPY\0" + struct.pack(">II", 1, 1)
    for start in range(0, len(plain), 32 * 1024):
        packed = codec.compress(plain[start : start + 32 * 1024], asbytes=True)
        out += struct.pack(">I", len(packed)) + packed
    return out


def test_the_parts_of_a_rolling_log_are_read_in_their_order_from_the_last_compaction_on(tmp_path: Path) -> None:
    lines = text_of(ZSTD).splitlines(keepends=True)
    directory = tmp_path / "eventlog_v2_app"
    directory.mkdir()
    (directory / "appstatus_app").touch()
    (directory / "events_1_app").write_bytes(b"replaced by the compaction of the second\n")
    (directory / "events_2_app.compact").write_bytes(b"".join(lines[:40]))
    (directory / "events_10_app").write_bytes(b"".join(lines[60:]))
    (directory / "events_9_app").write_bytes(b"".join(lines[40:60]))

    found = read_log(tmp_path)

    assert (found.task_seconds, found.damaged_lines) == (read_log(ZSTD).task_seconds, 0)


def test_a_log_in_progress_is_said_to_be_unfinished(tmp_path: Path) -> None:
    log = tmp_path / "app.inprogress"
    log.write_bytes(b"".join(text_of(ZSTD).splitlines(keepends=True)[:-1]))

    found = read_log(log)

    assert found.unfinished == "the application was still running, or died"
    assert found.task_seconds == read_log(ZSTD).task_seconds


@pytest.mark.parametrize("codec", ["plain", "zstd", "lz4", "snappy"])
@given(share=st.floats(0.0, 0.999))
@settings(max_examples=25, deadline=None)
def test_of_a_log_that_is_cut_off_anywhere_what_is_there_is_used(
    tmp_path_factory: pytest.TempPathFactory, codec: str, share: float
) -> None:
    plain = text_of(ZSTD)
    whole = {"plain": plain, "zstd": ZSTD.read_bytes(), "lz4": as_lz4(plain), "snappy": as_snappy(plain)}[codec]
    log = tmp_path_factory.mktemp("cut") / "log"
    log.write_bytes(whole[: int(len(whole) * share)])

    found = read_or_refuse(log)

    if isinstance(found, str):
        assert "no Spark event" in found  # not even the first line is whole
    else:
        assert found.unfinished or found.end
        assert found.task_seconds <= read_log(ZSTD).task_seconds


def read_or_refuse(log: Path) -> Application | str:
    """The application, or the message of the error for the person."""
    try:
        return read_log(log)
    except HotsetError as error:
        return str(error)


@given(places=st.lists(st.tuples(st.floats(0, 0.9999), st.integers(0, 255)), min_size=1, max_size=20))
@settings(max_examples=50, deadline=None)
def test_a_damaged_log_is_read_around_the_damage_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, places: list[tuple[float, int]]
) -> None:
    damaged = bytearray(text_of(ZSTD))
    for where, byte in places:
        damaged[int(len(damaged) * where)] = byte
    log = tmp_path_factory.mktemp("damaged") / "log"
    log.write_bytes(damaged)

    found = read_or_refuse(log)

    assert isinstance(found, Application) or "\n" not in found


DEEP = b'{"nodeName":"a","simpleString":"a","metrics":[],"children":['
QUERY = b'{"Event":"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart","executionId":1,"time":1,'
HARMFUL = {
    "a plan of 100,000 levels": QUERY + b'"sparkPlanInfo":' + DEEP * 100_000 + b"]}" * 100_000 + b"}",
    "brackets without end": b'{"Event":"SparkListenerJobStart","Job ID":1,"x":' + b"[" * 1_000_000,
    "a text for a number": b'{"Event":"SparkListenerJobStart","Job ID":"1"}',
    "a list for an object": b'{"Event":"SparkListenerStageCompleted","Stage Info":[]}',
    "a number that is too large": b'{"Event":"SparkListenerJobStart","Job ID":1e400}',
    "invalid UTF-8": b'{"Event":"SparkListenerLogStart","Spark Version":"\xff\xfe"}',
    "no object": b"[1, 2, 3]",
}


@pytest.mark.parametrize("line", HARMFUL.values(), ids=HARMFUL)
def test_a_harmful_line_is_passed_over_and_counted(tmp_path: Path, line: bytes) -> None:
    log = tmp_path / "log"
    log.write_bytes(START + line + b"\n" + text_of(ZSTD))

    found = read_log(log)

    assert found.damaged_lines == 1
    assert found.task_seconds == read_log(ZSTD).task_seconds


def test_huge_ids_and_sizes_stop_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log"
    events = [
        {"Event": "SparkListenerUnpersistRDD", "RDD ID": 10**30},
        {"Event": "SparkListenerBlockUpdated",
         "Block Updated Info": {"Block ID": f"rdd_{10**40}_1", "Memory Size": 1, "Disk Size": 1}},
        {"Event": "SparkListenerStageCompleted",
         "Stage Info": {"Stage ID": 1, "Stage Name": "x", "Number of Tasks": 1, "Submission Time": 1,
                        "Completion Time": 2, "Accumulables": [{"ID": 10**30, "Name": "x", "Value": 10**40}]}},
    ]  # fmt: skip
    log.write_bytes(START + b"".join(json.dumps(event).encode() + b"\n" for event in events))

    found = read_log(log)

    assert list(found.stages) == [1]
    assert found.blocks == {}


def test_a_small_file_that_unfolds_into_an_endless_line_is_refused(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pa.OSFile(str(log), "wb") as file, pa.CompressedOutputStream(file, "zstd") as out:
        out.write(START + b'{"Event":"SparkListenerJobStart","x":"')
        for _ in range(LINE_BYTES // 10**7 + 2):
            out.write(b"a" * 10**7)

    with pytest.raises(InputError, match=r"a line of more than 67,108,864 bytes"):
        read_log(log)


def test_what_is_no_log_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 5000)
    (tmp_path / "nothing").mkdir()

    for name, said in {
        "missing": "No such file",
        "empty": "no Spark event",
        "noise": "no Spark event",
        "nothing": "no event log in the directory, got none",
        ".": "no event log in the directory, got 2: empty, noise",
    }.items():
        with pytest.raises(InputError, match=said):
            read_log(tmp_path / name)


def test_a_block_that_goes_before_it_is_released_was_evicted(tmp_path: Path) -> None:
    log = tmp_path / "log"
    info = '{"Block ID":"rdd_7_%d","Memory Size":%d,"Disk Size":%d}'
    block = f'{{"Event":"SparkListenerBlockUpdated","Block Updated Info":{info}}}\n'
    told = block % (0, 100, 0) + block % (1, 50, 0) + block % (0, 0, 0) + block % (1, 0, 60)
    released = '{"Event":"SparkListenerUnpersistRDD","RDD ID":7}\n' + block % (1, 0, 0)
    log.write_bytes(START + told.encode() + released.encode())

    blocks = read_log(log).blocks[7]

    assert (blocks.memory_bytes, blocks.disk_bytes) == (150, 0)
    assert (blocks.evictions, blocks.to_disk) == (1, 1)
