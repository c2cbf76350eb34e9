"""Logs as they lie about: rolled, packed, cut off, put together, or no logs at all. Read rightly, or told rightly."""

import bz2
import gzip
import io
import json
import os
import re
import shutil
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotset.errors import InputError
from hotset.eventlog import Application, read_log
from hotset.eventlog import reading as reading_module
from hotset.eventlog.codecs import CHUNK_BYTES, plain_chunks

LOGS = Path(__file__).parent / "logs"
REAL = LOGS / "dataframe_example-4.3.0.zstd"
TEXT = b"".join(plain_chunks(REAL))
LINES = TEXT.splitlines(keepends=True)
WHOLE = read_log(REAL)
THIRDS = tuple(b"".join(LINES[len(LINES) * n // 3 : len(LINES) * (n + 1) // 3]) for n in range(3))
OTHER_APP = TEXT.replace(WHOLE.id.encode(), b"local-7")


def zstd(text: bytes) -> bytes:
    return framed(text, "zstd")


def framed(text: bytes, codec: str) -> bytes:
    packed = pa.BufferOutputStream()
    with pa.CompressedOutputStream(packed, codec) as out:
        out.write(text)
    return bytes(packed.getvalue().to_pybytes())


def zipped(*members: tuple[str, bytes], stored: bool = False) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


def tarred(name: str, content: bytes, mode: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:  # type: ignore[call-overload]
        info = tarfile.TarInfo(name)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def put(directory: Path, files: dict[str, bytes]) -> Path:
    """The files in it; what is to be given to `hotset advise` is the first path's first part."""
    for name, content in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(content)
    return directory / next(iter(files)).split("/")[0]


def dbc(number: int, context: int = 7) -> bytes:
    """What Databricks begins each part with."""
    event = {"Event": "DBCEventLoggingListenerMetadata", "Spark Version": "3.5.0", "Timestamp": 1,
             "Rollover Number": number, "SparkContext Id": context}  # fmt: skip
    return json.dumps(event).encode() + b"\n"


READ_WHOLE: dict[str, dict[str, bytes]] = {
    "rolled": {f"eventlog_v2_app/events_{n + 1}_app": part for n, part in enumerate(THIRDS)},
    "rolled, compressed, with its mark": {
        "d/appstatus_app": b"", **{f"d/events_{n + 1}_app.zstd": zstd(part) for n, part in enumerate(THIRDS)}
    },
    "rolled, in a directory of its own": {
        f"d/eventlog_v2_app/events_{n + 1}_app": part for n, part in enumerate(THIRDS)
    },
    "rolled, with EMR's markers of directories": {
        "d/eventlog_v2_app_$folder$": b"", "d/_SUCCESS": b"", "d/.events_1_app.crc": b"x",
        **{f"d/eventlog_v2_app/events_{n + 1}_app": part for n, part in enumerate(THIRDS)},
    },
    "Databricks' parts": {
        "d/eventlog": THIRDS[2], "d/eventlog-2024-03-01--00-20.gz": gzip.compress(THIRDS[1]),
        "d/eventlog-2024-03-01--00-10.gz": gzip.compress(THIRDS[0]),
    },
    "Databricks' parts, numbered, some levels down": {
        "0301-1/eventlog/0301-1_10_0_0_1/77/eventlog": dbc(2) + THIRDS[2],
        "0301-1/eventlog/0301-1_10_0_0_1/77/eventlog-2024-03-01--00-20.gz": gzip.compress(dbc(1) + THIRDS[1]),
        "0301-1/eventlog/0301-1_10_0_0_1/77/eventlog-2024-03-01--00-10.gz": gzip.compress(dbc(0) + THIRDS[0]),
    },
    "EMR's name": {"application_1709251200000_0001_1": TEXT},
    "a directory with one log and a note": {"d/application_1_0001.zstd": zstd(TEXT), "d/README.md": b"# logs\n"},
    "the history server's zip": {"eventLogs-app.zip": zipped(("app", TEXT))},
    "the same, stored": {"eventLogs-app.zip": zipped(("app.zstd", zstd(TEXT)), stored=True)},
    "a zip of a rolled log": {"z.zip": zipped(
        ("eventlog_v2_app/", b""), ("eventlog_v2_app/appstatus_app", b""),
        *((f"eventlog_v2_app/events_{n + 1}_app.zstd", zstd(part)) for n, part in enumerate(THIRDS)),
    )},
    "a zip made on Windows": {"z.zip": zipped(
        *((f"eventlog_v2_app\\events_{n + 1}_app", part) for n, part in enumerate(THIRDS)),
    )},
    "a zip made on a Mac, without a suffix": {"log": zipped(("logs/app", TEXT), ("__MACOSX/logs/._app", b"x"))},
    "a zip alone in a directory": {"d/eventLogs-app.zip": zipped(("app", TEXT))},
    "gzip": {"app.gz": gzip.compress(TEXT)},
    "gzip in two members": {"app.gz": gzip.compress(THIRDS[0]) + gzip.compress(THIRDS[1] + THIRDS[2])},
    "bzip2": {"app.bz2": bz2.compress(TEXT)},
    "lz4 by its own command": {"app.lz4": framed(TEXT, "lz4")},
    "zstd within gzip": {"app.zstd.gz": gzip.compress(zstd(TEXT))},
    "gzip within gzip within gzip": {"app": gzip.compress(gzip.compress(gzip.compress(TEXT)))},
    "plain, called zstd": {"app.zstd": TEXT},
    "gzip, called lz4": {"app.lz4": gzip.compress(TEXT)},
    "a byte order mark": {"app": b"\xef\xbb\xbf" + TEXT},
    "line ends of Windows": {"app": TEXT.replace(b"\n", b"\r\n")},
    "line ends of \\r alone": {"app": TEXT.replace(b"\n", b"\r")},
    "the same in one part of two": {
        "d/events_1_app": THIRDS[0].replace(b"\n", b"\r"), "d/events_2_app": THIRDS[1] + THIRDS[2]
    },
    "a line end of Windows of which each half is read at another time": {
        "app": TEXT.replace(b"\n", b" " * (CHUNK_BYTES - 1 - len(LINES[0].strip())) + b"\n", 1).replace(b"\n", b"\r\n")
    },
    "second downloads of parts whose first are gone": {
        "d/events_1_app (1)": THIRDS[0], "d/events_2_app - Copy": THIRDS[1], "d/events_3_app~": THIRDS[2]
    },
    "a second download of one of Databricks' parts": {
        "d/eventlog": THIRDS[2], "d/eventlog-2024-03-01--00-20 (1).gz": gzip.compress(THIRDS[1]),
        "d/eventlog-2024-03-01--00-10.gz": gzip.compress(THIRDS[0]),
    },
    "blank lines between": {"app": TEXT.replace(b"\n", b"\n\n")},
    "no line end at its end": {"app": TEXT.rstrip(b"\n")},
    "a Korean name in brackets": {"[로그] app": TEXT},
}  # fmt: skip


@pytest.mark.parametrize("files", READ_WHOLE.values(), ids=READ_WHOLE)
def test_a_whole_log_is_read_whole_however_it_is_packed(tmp_path: Path, files: dict[str, bytes]) -> None:
    found = read_log(put(tmp_path, files))

    assert (found.task_seconds, len(found.jobs), found.id) == (WHOLE.task_seconds, len(WHOLE.jobs), WHOLE.id)
    assert found.is_whole, (found.unfinished, found.gaps, found.damaged_lines)
    assert found.seconds == WHOLE.seconds


def without(event: str) -> dict[str, bytes]:
    """The log without the events of which this is the beginning."""
    kept = [line for line in LINES if not re.match(event.encode(), line.removeprefix(b'{"Event":"').removeprefix(SQL))]
    return {"app": b"".join(kept)}


SQL = b"org.apache.spark.sql.execution.ui."
SAID: dict[str, tuple[dict[str, bytes], str]] = {
    "a part in the middle": (
        {"d/events_1_app": THIRDS[0], "d/events_3_app": THIRDS[2]}, "events_2 is missing"),
    "two parts in the middle": (
        {"d/events_1_app": THIRDS[0], "d/events_4_app": THIRDS[2]}, "events_2 to events_3 are missing"),
    "the first part": (
        {"d/events_2_app": THIRDS[1], "d/events_3_app": THIRDS[2]}, "events_1 is missing"),
    "the first part, in a zip": (
        {"z.zip": zipped(("e/events_2_app", THIRDS[1]), ("e/events_3_app", THIRDS[2]))}, "events_1 is missing"),
    "the last part of a log that Spark marked as complete": (
        {"d/appstatus_app": b"", "d/events_1_app": THIRDS[0], "d/events_2_app": THIRDS[1]},
        "its last part is missing or cut off"),
    "the last part of a log without a mark": (
        {"d/events_1_app": THIRDS[0], "d/events_2_app": THIRDS[1]}, "the end of the application is not in it"),
    "the last part of one that was running": (
        {"d/appstatus_app.inprogress": b"", "d/events_1_app": THIRDS[0]}, "was still running, or died"),
    "what the history server dropped": (
        {"d/events_2_app.compact": THIRDS[0] + THIRDS[1], "d/events_3_app": THIRDS[2]}, "compacted"),
    "a part after the compacted ones": (
        {"d/events_2_app.zstd.compact": zstd(THIRDS[0]), "d/events_4_app": THIRDS[2]}, "events_3 is missing"),
    "one part, given alone": (
        {"events_1_app": THIRDS[0], "events_2_app": THIRDS[1] + THIRDS[2]}, "one part of 2; give the directory"),
    "the newest of Databricks', given alone": (
        {"eventlog": THIRDS[2], "eventlog-2024-03-01--00-10.gz": gzip.compress(THIRDS[0])}, "one part of 2"),
    "the newest of Databricks'": (
        {"d/eventlog-2024-03-01--00-10": THIRDS[0], "d/eventlog-2024-03-01--00-20": THIRDS[1]},
        "its newest part, eventlog, is missing"),
    "a part of Databricks' in the middle": (
        {"d/eventlog": dbc(2) + THIRDS[2], "d/eventlog-2024-03-01--00-10": dbc(0) + THIRDS[0]},
        "of its parts .* 1 is missing"),
    "a part that is cut off before the others": (
        {"d/events_1_app.gz": gzip.compress(THIRDS[0])[:-3000], "d/events_2_app": THIRDS[1] + THIRDS[2]},
        "events_1_app.gz is cut off"),
    "a part that ends in a line": (
        {"d/events_1_app": THIRDS[0][:-100], "d/events_2_app": THIRDS[1], "d/events_3_app": THIRDS[2]},
        "events_1_app is cut off"),
    "the beginning": ({"app": b"".join(LINES[30:])}, "its beginning is not in it"),
    "jobs that Spark dropped": (without('SparkListenerJobStart","Job ID":[34],'), "of its jobs 3 to 4 are missing"),
    "the end of a job": (without('SparkListenerJobEnd","Job ID":3,'), "of its jobs 3 does not end in it"),
    "the start of the last job": (without('SparkListenerJobStart","Job ID":8,'), "of its jobs 8 does not begin in it"),
    "the end of a stage": (
        without('SparkListenerStageCompleted","Stage Info":{"Stage ID":4,'), "of its stages 4 does not end in it"),
    "the start of stages": (
        without('SparkListenerStageSubmitted","Stage Info":{"Stage ID":[45],'),
        "of its stages 4 to 5 do not begin in it"),
    "the start of a query": (
        without('SparkListenerSQLExecutionStart","(rootExecutionId":null,")?executionId":1,'),
        "of its queries 1 is missing"),
    "the start of the last query": (
        without('SparkListenerSQLExecutionStart","(rootExecutionId":null,")?executionId":3,'),
        "of its queries 3 does not begin in it"),
    "all of the last query but its job": (
        without('SparkListenerSQLExecution(Start|End)","(rootExecutionId":null,")?executionId":3,'),
        "of its queries 3 does not begin in it"),
    "the end of a query": (
        without('SparkListenerSQLExecutionEnd","executionId":0,'), "of its queries 0 does not end in it"),
    "ends of tasks": (
        without('SparkListenerTaskEnd","Stage ID":[45],'), "the end of [0-9]+ of its tasks is not in it"),
    "the rest of another log": ({"app": TEXT + LINES[0]}, "another log begins after its end"),
    "the order of its parts": (
        {"d/events_1_app": THIRDS[1], "d/events_2_app": THIRDS[0], "d/events_3_app": THIRDS[2]}, "out of order"),
    "the order of two parts": (
        {"d/events_1_app": THIRDS[1] + THIRDS[2], "d/events_2_app": THIRDS[0]}, "its beginning follows its end"),
    "the end of a line": ({"app": TEXT[: len(TEXT) * 2 // 3]}, "the log is cut off"),
    "the end of a gzip": ({"app": gzip.compress(TEXT)[:-5000]}, "the log is cut off"),
    "the end of a zip's member": ({"z.zip": zipped(("app.zstd", zstd(TEXT)[:-5000]))}, "the log is cut off"),
    "the end of zstd within gzip": ({"app": gzip.compress(zstd(TEXT)[:-5000])}, "the log is cut off"),
    "the end of gzip around zstd": ({"app": gzip.compress(zstd(TEXT))[:-5000]}, "the log is cut off"),
    "the end, in zeros of a full disk": ({"app": THIRDS[0] + b"\0" * 5000}, "the log is cut off"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "said"), SAID.values(), ids=SAID)
def test_what_is_missing_of_a_log_is_said(tmp_path: Path, files: dict[str, bytes], said: str) -> None:
    found = read_log(put(tmp_path, files))

    told = [found.unfinished, *found.gaps]
    assert not found.is_whole
    assert any(re.search(said, line) for line in told), told
    assert found.jobs
    assert 0 < found.task_seconds <= WHOLE.task_seconds
    assert 0 <= found.seconds <= WHOLE.seconds


LOGGED = sorted(path for path in LOGS.iterdir() if path.is_file() and path.suffix != ".md")
HALVES = re.compile(
    rb'{"Event":"(SparkListener(JobStart|JobEnd|StageSubmitted|StageCompleted|TaskEnd)'
    rb'|org.apache.spark.sql.execution.ui.SparkListenerSQLExecution(Start|End))"'
)


@pytest.mark.parametrize("log", LOGGED, ids=lambda log: log.name)
def test_of_any_one_event_that_spark_dropped_it_is_said_that_something_is_missing(tmp_path: Path, log: Path) -> None:
    lines = b"".join(plain_chunks(log)).splitlines(keepends=True)
    for number in [number for number, line in enumerate(lines) if HALVES.match(line)]:
        (tmp_path / "app").write_bytes(b"".join(lines[:number] + lines[number + 1 :]))

        assert read_log(tmp_path / "app").gaps, lines[number][:90]


FAILED = b'"Job Result":{"Result":"JobFailed","Exception":{"Message":"stage failure","Stack Trace":[]}}'
BROKE_OFF: dict[str, tuple[dict[bytes, bytes], str]] = {
    "a job": ({rb'("Job ID":8,.*)"Job Result":{"Result":"JobSucceeded"}': rb"\1" + FAILED}, "it failed in job 8"),
    "a query": ({rb'("executionId":3,"time":[0-9]*,"errorMessage":)""': rb'\1"no room"'}, "it failed in query 3"),
    "a query and its job": (
        {rb'("executionId":3,"time":[0-9]*,"errorMessage":)""': rb'\1"no room"',
         rb'("Job ID":7,.*)"Job Result":{"Result":"JobSucceeded"}': rb"\1" + FAILED},
        "it failed in job 7 and query 3"),
    "the program, by its exit code": ({rb'"ExitCode":0': rb'"ExitCode":1'}, "it ended with exit code 1"),
    "a job that a query had no more use for": (
        {rb'("Job ID":7,.*)"Job Result":{"Result":"JobSucceeded"}': rb"\1" + FAILED}, ""),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), BROKE_OFF.values(), ids=BROKE_OFF)
def test_what_shows_that_the_program_broke_off_is_told(tmp_path: Path, changes: dict[bytes, bytes], said: str) -> None:
    text = TEXT
    for before, after in changes.items():
        text, count = re.subn(before, after, text)
        assert count == 1

    found = read_log(put(tmp_path, {"app": text}))

    assert (found.failed, found.is_whole) == (said, not said)
    assert not found.gaps


def test_a_stage_that_ends_twice_in_the_log_is_counted_once_and_told(tmp_path: Path) -> None:
    found = read_log(put(tmp_path, {"app": b"".join([*LINES[:28], LINES[27], *LINES[28:]])}))

    assert found.task_seconds == WHOLE.task_seconds
    assert found.notes == ["the end of its stages 1 is in it twice, and is counted once"]


def test_a_log_in_which_nothing_ran_is_not_whole(tmp_path: Path) -> None:
    found = read_log(put(tmp_path, {"app": b"".join([*LINES[:6], LINES[-1]])}))

    assert found.gaps == ["no job is in it"]


DRIVER = b"26/11/29 10:00:00 INFO SparkContext: Running Spark version 4.3.0\n" * 30
OLD = b'{"Event":"SparkListenerLogStart","Spark Version":"2.4.8"}\n' + b"".join(LINES[1:])
REFUSED: dict[str, tuple[dict[str, bytes], str]] = {
    "two applications in one file": ({"app": TEXT + OTHER_APP}, f"two applications in one log, {WHOLE.id} and local-7"),
    "two attempts in one file": (
        {"app": TEXT + TEXT.replace(b'"App ID"', b'"App Attempt ID":"2","App ID"')}, "two applications .* attempt 2"),
    "one application twice": ({"app": TEXT + TEXT}, "job 0 starts twice"),
    "two logs in a directory": ({"d/app-1": TEXT, "d/app-2": OTHER_APP}, "no single event log .* 2: app-1, app-2"),
    "two rolled logs in a directory": (
        {"d/eventlog_v2_a/events_1_a": TEXT, "d/eventlog_v2_b/events_1_b": TEXT}, "no single event log"),
    "parts of two logs in one directory": (
        {"d/events_1_a": THIRDS[0], "d/events_2_b": THIRDS[1]}, "parts of 2 logs .* a, b"),
    "two attempts in a zip": (
        {"z.zip": zipped(("app_1", TEXT), ("app_2", OTHER_APP))}, "no single event log .* app_1, app_2"),
    "two clusters of Databricks' in one directory": (
        {"d/eventlog": dbc(0, 8) + THIRDS[1], "d/eventlog-2024-03-01--00-10": dbc(0, 7) + THIRDS[0]},
        "parts of two applications"),
    "a part twice": ({"d/events_1_app": THIRDS[0], "d/events_1_app.zstd": zstd(THIRDS[0])}, "the same part .* twice"),
    "a part of Databricks' twice": (
        {"d/eventlog": THIRDS[1], "d/eventlog-2024-03-01--00-10": THIRDS[0], "d/eventlog-2024-03-01--00-10.gz": b"x"},
        "the same part .* twice"),
    "a part downloaded twice": (
        {"d/events_1_app-1": THIRDS[0], "d/events_1_app-1 (1)": THIRDS[0]}, "the same part .* twice"),
    "a part copied in its place": (
        {"d/events_1_app-1.zstd": zstd(TEXT), "d/events_1_app-1_copy.zstd": zstd(TEXT)}, "the same part .* twice"),
    "a part that an editor saved": ({"d/events_1_app-1": TEXT, "d/events_1_app-1~": TEXT}, "the same part .* twice"),
    "a part of Databricks' downloaded twice": (
        {"d/eventlog": THIRDS[1], "d/eventlog-2024-03-01--00-10.gz": b"x", "d/eventlog-2024-03-01--00-10 (1).gz": b"x"},
        "the same part .* twice"),
    "the newest of Databricks' downloaded twice": (
        {"d/eventlog": b"x", "d/eventlog (1)": b"x", "d/eventlog-2024-03-01--00-10.gz": b"x"},
        "the same part .* twice"),
    "two attempts in one directory": (
        {"d/events_1_app-1_1": THIRDS[0], "d/events_1_app-1_2": THIRDS[0]}, "parts of 2 logs .* app-1_1, app-1_2"),
    "a part under two numbers": ({"d/events_1_app": TEXT, "d/events_2_app": TEXT}, "starts twice"),
    "Spark 2": ({"app": OLD}, "written by Spark 2.4.8; give a log of Spark 3.5 to 4.x"),
    "Spark 1": ({"app": OLD.replace(b"2.4.8", b"1.6.3")}, "written by Spark 1.6.3"),
    "a zstd cut off before its first event": ({"app.zstd": zstd(TEXT)[:9]}, "cut off before its first event"),
    "a gzip cut off before its first event": ({"app.gz": gzip.compress(TEXT)[:12]}, "cut off before its first event"),
    "a gzip of a few bytes": ({"app.gz": gzip.compress(TEXT)[:3]}, "cut off before its first event"),
    "the magic of Spark's lz4 cut off": ({"app.lz4": b"LZ4Bl"}, "cut off before its first event"),
    "the header of Spark's lz4 cut off": ({"app.lz4": b"LZ4Block%\0"}, "cut off before its first event"),
    "the header of Snappy's cut off": ({"app.snappy": b"\x82SNAPPY\0\0\0"}, "cut off before its first event"),
    "zstd within gzip cut off": ({"app.gz": gzip.compress(zstd(TEXT)[:9])}, "cut off before its first event"),
    "a first event cut off": ({"app": TEXT[:30]}, "cut off before its first event"),
    "UTF-16 with its mark": ({"app": TEXT.decode().encode("utf-16")}, "text in UTF-16.* iconv -f UTF-16 -t"),
    "UTF-16 without a mark": ({"app": TEXT.decode().encode("utf-16-le")}, "text in UTF-16LE.* iconv -f UTF-16LE -t"),
    "UTF-16 in the other order": ({"app": TEXT.decode().encode("utf-16-be")}, "in UTF-16BE.* -f UTF-16BE -t"),
    "UTF-32": ({"app": TEXT.decode().encode("utf-32")}, "text in UTF-32.* iconv -f UTF-32 -t"),
    "UTF-32 without a mark": ({"app": TEXT.decode().encode("utf-32-le")}, "iconv -f UTF-32LE -t"),
    "UTF-32 in the other order": ({"app": TEXT.decode().encode("utf-32-be")}, "iconv -f UTF-32BE -t"),
    "events of something else": ({"app": b'{"Event":"click"}\n{"Event":"scroll"}\n'}, "JSON, but no event a line"),
    "a web page": ({"app": b"\n<!DOCTYPE html><html><body>Log in</body></html>"}, "a web page"),
    "an answer of S3": ({"app": b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'}, "a web page or XML"),
    "nothing": ({"app": b""}, "an empty file"),
    "a gzip of nothing": ({"app.gz": gzip.compress(b"")}, "an empty file"),
    "blank lines": ({"app": b"\n \n\r\n\n"}, "only blank lines"),
    "what the driver logged": ({"driver.log": DRIVER}, "messages that a driver or an executor logged"),
    "what the driver logged, by date": ({"app": b"2026-11-29T10:00:00.123Z [main] WARN x: y\n"}, "messages that"),
    "what the driver of Spark 4 logged": (
        {"app": b'{"ts":"2026-11-29T10:00:00Z","level":"INFO","msg":"x"}\n'}, "messages that"),
    "JSON, one object": ({"app": b'{\n  "name": "x"\n}\n'}, "JSON, but no event a line"),
    "JSON, lines": ({"app": b'{"name":"x"}\n' * 3000}, "JSON, but no event a line"),
    "JSON, a list of events": (
        {"app": b"[" + b",".join(line.strip() for line in LINES[:9]) + b"]"}, "JSON, but no event a line"),
    "text": ({"app": b"a rose is a rose\n" * 2000}, "no Spark event in it: text"),
    "bytes": ({"app": bytes(range(256)) * 40}, "bytes of an unknown kind"),
    "a tar": ({"app.tar": tarred("app", TEXT, "w")}, "a tar archive.* unpack it"),
    "a tgz": ({"app.tgz": tarred("app", TEXT, "w:gz")}, "a tar archive.* unpack it"),
    "xz": ({"app.xz": b"\xfd7zXZ\0\0"}, "compressed with xz"),
    "LZF": ({"app.lzf": b"ZV\1\0"}, "LZF.* spark.eventLog.compression.codec"),
    "Parquet": ({"app": b"PAR1\x15"}, "a Parquet file"),
    "a zip within a zip": ({"z.zip": zipped(("inner.zip", zipped(("app", TEXT))))}, "a zip archive.* unpack it"),
    "a zip that is cut off": ({"z.zip": zipped(("app", TEXT))[:-200]}, "damaged or cut-off zip"),
    "a zip of nothing": ({"z.zip": zipped()}, "no event log"),
    "four times compressed": (
        {"app": gzip.compress(gzip.compress(gzip.compress(gzip.compress(TEXT))))}, "compressed more than 3 times"),
    "damaged gzip": ({"app.gz": gzip.compress(TEXT)[:200] + b"\xff" * 400 + gzip.compress(TEXT)[600:]}, "copy it anew"),
    "a directory of other files": ({"d/a.csv": b"a,b\n1,2\n", "d/b.csv": b"a,b\n"}, "no event log .* a.csv, b.csv"),
    "a directory with a mark only": ({"d/appstatus_app": b""}, "no event log"),
    "a directory of empty directories": ({"d/a/b/c/.keep": b""}, "no event log"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_log_of_one_application_is_told_what_it_is(
    tmp_path: Path, files: dict[str, bytes], said: str
) -> None:
    given_path = put(tmp_path, files)

    with pytest.raises(InputError, match=said) as raised:
        read_log(given_path)

    assert raised.value.exit_code == 3
    assert "\n" not in str(raised.value)
    assert re.search("; .", str(raised.value))  # what to do


@pytest.mark.parametrize("given_name", ["latest", "", "ap*", "a[p]*", "*/../app"])
def test_a_log_is_found_by_a_link_and_by_a_glob(tmp_path: Path, given_name: str) -> None:
    log = put(tmp_path, {"app": TEXT})
    (tmp_path / "d").mkdir()
    if not given_name.startswith("ap"):
        (tmp_path / "latest").symlink_to(log)

    found = read_log(tmp_path / given_name)

    assert (found.is_whole, found.notes, found.task_seconds) == (True, [], WHOLE.task_seconds)


def test_a_uri_of_a_file_is_a_path_and_that_of_another_store_is_told(tmp_path: Path) -> None:
    log = put(tmp_path, {"app": TEXT})

    assert read_log(Path(f"file:{log}")).is_whole
    assert read_log(Path(log.as_uri())).is_whole
    with pytest.raises(InputError, match="local path, got 's3a:/logs/app'; copy it here"):
        read_log(Path("s3a://logs/app"))


def test_a_glob_of_two_logs_a_broken_link_and_a_pipe_are_refused(tmp_path: Path) -> None:
    put(tmp_path, {"app-1": TEXT, "app-2": OTHER_APP})
    (tmp_path / "broken").symlink_to(tmp_path / "nothing")
    (tmp_path / "d").mkdir()
    os.mkfifo(tmp_path / "d/events_1_app")

    for name, said in {
        "app-*": "one log at a time, got 2:",
        "broken": "No such file",
        "nowhere-*": "No such file",
        "d/events_1_app": "it is no file",
        "d": "it is no file",
    }.items():
        with pytest.raises(InputError, match=said):
            read_log(tmp_path / name)


def test_a_log_that_may_not_be_read_is_said_to_be_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> object:
        raise PermissionError(13, "Permission denied")

    log = put(tmp_path, {"app": TEXT})
    monkeypatch.setattr(Path, "open", refuse)

    with pytest.raises(InputError, match=r"no right to read .*; ask its owner"):
        read_log(log)


def test_a_log_that_grows_while_it_is_read_is_unfinished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = put(tmp_path, {"app": b"".join(LINES[:100])})

    def growing(place: Path) -> Iterator[bytes]:
        yield from plain_chunks(place)
        with log.open("ab") as more:
            more.write(LINES[100])

    monkeypatch.setattr(reading_module, "plain_chunks", growing)

    assert "grew while it was read" in read_log(log).unfinished


def test_of_several_files_the_one_log_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    found = read_log(put(tmp_path, {"d/app": TEXT, "d/driver.log": DRIVER, "d/notes.txt": b"x\n"}))

    assert found.notes == ["passed over, since it is no event log: 2: driver.log, notes.txt"]
    assert found.is_whole


@pytest.mark.parametrize("version", ["3.2.1", "5.0.0"])
def test_of_another_spark_it_is_said_that_it_was_not_tried(tmp_path: Path, version: str) -> None:
    found = read_log(put(tmp_path, {"app": TEXT.replace(b"4.3.0", version.encode(), 1)}))

    assert found.notes == [f"written by Spark {version}; advice has been tried with logs of 3.5 to 4.x"]


@given(cuts=st.lists(st.integers(1, len(LINES) - 1), unique=True, max_size=6), data=st.data())
@settings(max_examples=25, deadline=None)
def test_of_any_parts_of_a_log_all_are_read_or_it_is_said_which_are_missing(
    tmp_path_factory: pytest.TempPathFactory, cuts: Sequence[int], data: st.DataObject
) -> None:
    """However it was rolled, whichever parts are left out."""
    edges = [0, *sorted(cuts), len(LINES)]
    parts = [b"".join(LINES[a:b]) for a, b in pairwise(edges)]
    left_out = data.draw(st.sets(st.integers(1, len(parts)), max_size=len(parts) - 1))
    directory = tmp_path_factory.mktemp("rolled")
    for number, part in enumerate(parts, 1):
        if number not in left_out:
            (directory / f"events_{number}_app").write_bytes(part)

    try:
        found: Application | None = read_log(directory)
    except InputError:  # no events in what is left
        assert left_out
        return

    assert found is not None
    assert found.is_whole is (not left_out)
    told = " ".join([found.unfinished, *found.gaps])
    for number in left_out - {len(parts)}:
        after = [part for part in range(number + 1, len(parts) + 1) if part not in left_out]
        assert not after or re.search(r"events_(\d+)", told)


def test_a_copy_of_the_directory_of_a_rolled_log_is_read_as_it_is(tmp_path: Path) -> None:
    shutil.copytree(LOGS / "own-rolling", tmp_path / "copy")

    assert read_log(tmp_path / "copy").is_whole
