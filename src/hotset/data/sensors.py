"""Readings of made-up sensors, the same for everybody: a pure function of (rows, seed, generator, faults).

One reading a second from 2023-01-01 00:00:00 UTC on, each of one of 100 devices; every quantity is uniform.
`legacy` draws what NumPy's first generator draws, column by column, as the plain pandas program does:

    np.random.seed(seed); device_id = np.random.randint(1, 101, rows); temperature = np.random.uniform(20, 30, rows) …

`philox` draws each block of 2**18 readings from a stream of its own with the key (seed, block number), as
`hotset.data.zipf` does: in parallel, in constant memory, and a smaller file is the beginning of a larger one.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from hotset.data.appear import check_place, check_seed, whole_file
from hotset.data.sensor_faults import TRUTH, Fault, Readings, equal_shares, spoil
from hotset.errors import UsageError

Generator = Literal["legacy", "philox"]
Draw = Callable[[int], Readings]

START_S = 1_672_531_200  # 2023-01-01 00:00:00 UTC
DEVICES = 100
RANGES = {"temperature": (20.0, 30.0), "humidity": (40.0, 60.0), "pressure": (900.0, 1100.0)}
BLOCK_ROWS = 1 << 18
MOST_LEGACY_ROWS = 10_000_000  # they are drawn column by column, so all are in memory
BYTES_A_ROW = {".csv": 82, ".parquet": 34}
FAULTS_APART = 1 << 32  # the counter from which faults are drawn, behind what any block draws for its values


@dataclass(frozen=True)
class Made:
    """How many readings the file has, and how many faults were put into them."""

    rows: int
    faults: int


def truth_beside(path: Path) -> Path:
    """Where the faults that were put into `path` are told of."""
    return path.with_name(f"{path.name}.truth.csv")


def write_sensors(
    path: Path,
    rows: int,
    seed: int,
    generator: Generator = "legacy",
    faults: Mapping[Fault, float] | None = None,
    *,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Made:
    """Writes `path`, and with faults what they are beside it; each file appears whole or not at all.

    `progress` is told the readings done so far. Raises UsageError for what cannot be made, OutputError when a file
    exists or cannot be written, ResourceError when the disk is too small.
    """
    _check_request(path, rows, seed, generator, with_truth=bool(faults))
    draw = partial(philox_block, seed=seed) if generator == "philox" else _legacy_blocks(rows, seed)
    make = partial(_make_block, rows=rows, seed=seed, draw=draw, rates=faults or {}, suffix=path.suffix)
    made_rows = made_faults = 0
    truth_file = whole_file(truth_beside(path)) if faults else nullcontext()
    with truth_file as truth, whole_file(path) as staged, _writers(staged, truth, path.suffix) as write:
        for number, block in enumerate(_in_order(make, -(-rows // BLOCK_ROWS), threads or _cores())):
            write(block)
            made_rows, made_faults = made_rows + block.rows, made_faults + block.truth.num_rows
            if progress is not None:
                progress(min((number + 1) * BLOCK_ROWS, rows))
    return Made(made_rows, made_faults)


def _check_request(path: Path, rows: int, seed: int, generator: Generator, *, with_truth: bool) -> None:
    if rows < 1:
        raise UsageError(f"--rows is at least 1, got {rows}")
    check_seed(seed)
    if path.suffix not in BYTES_A_ROW:
        raise UsageError(f"the output's name ends in .csv or .parquet, got {path}")
    if generator == "legacy" and rows > MOST_LEGACY_ROWS:
        raise UsageError(
            f"--generator legacy draws at most {MOST_LEGACY_ROWS:,} rows, got {rows:,}; take --generator philox"
        )
    if generator == "legacy" and seed >= 2**32:
        raise UsageError(f"NumPy's legacy generator takes seeds below 2**32, got {seed}; take --generator philox")
    check_place(path, rows * BYTES_A_ROW[path.suffix])
    if with_truth:
        check_place(truth_beside(path), 0)


# values


def _legacy_blocks(rows: int, seed: int) -> Draw:
    chance = np.random.RandomState(seed)
    devices = chance.randint(1, DEVICES + 1, rows)
    values = np.stack([chance.uniform(low, high, rows) for low, high in RANGES.values()])

    def block(number: int) -> Readings:
        part = slice(number * BLOCK_ROWS, (number + 1) * BLOCK_ROWS)
        return Readings(_seconds(number)[: len(devices[part])], devices[part].copy(), values[:, part].copy())

    return block


def philox_block(number: int, *, seed: int) -> Readings:
    """BLOCK_ROWS readings. Only raw integers are drawn, which NumPy promises not to change (NEP 19)."""
    stream = np.random.Philox(key=np.array([seed, number], np.uint64))
    devices = (1 + stream.random_raw(BLOCK_ROWS) % DEVICES).astype(np.int64)
    values = np.stack([low + (high - low) * equal_shares(stream, BLOCK_ROWS) for low, high in RANGES.values()])
    return Readings(_seconds(number), devices, values)


def _seconds(number: int) -> np.ndarray:
    first = START_S + number * BLOCK_ROWS
    return np.arange(first, first + BLOCK_ROWS, dtype=np.int64)


# files


@dataclass(frozen=True)
class _Block:
    """What is written of one block."""

    content: pa.Table | pa.Buffer
    rows: int
    truth: pa.Table


def _make_block(number: int, *, rows: int, seed: int, draw: Draw, rates: Mapping[Fault, float], suffix: str) -> _Block:
    readings = draw(number).first(rows - number * BLOCK_ROWS)
    truth = TRUTH.empty_table()
    if rates:
        stream = np.random.Philox(key=np.array([seed, number], np.uint64), counter=FAULTS_APART)
        readings, truth = spoil(readings, rates, tuple(RANGES), stream)
    table = _table(readings, suffix)
    return _Block(_as_csv(table) if suffix == ".csv" else table, table.num_rows, truth)


def _table(readings: Readings, suffix: str) -> pa.Table:
    """In a CSV no fraction of a second is written; Parquet has none of whole seconds."""
    seconds = pa.array(readings.seconds, pa.timestamp("s"))
    times = seconds if suffix == ".csv" else seconds.cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))
    return pa.table(
        {"timestamp": times, "device_id": readings.devices, **dict(zip(RANGES, readings.values, strict=True))}
    )


def _as_csv(table: pa.Table) -> pa.Buffer:
    """Without empty chunks: Arrow's writer puts what memory happens to hold where the first one is empty."""
    sink = pa.BufferOutputStream()
    if not table.num_rows:
        return sink.getvalue()
    csv.write_csv(
        table.combine_chunks(), sink, csv.WriteOptions(include_header=False, quoting_style="none", batch_size=16 * 1024)
    )
    return sink.getvalue()


@contextmanager
def _writers(staged: Path, truth: Path | None, suffix: str) -> Iterator[Callable[[_Block], None]]:
    """Writes a block to the end of the file, and its faults to the end of the other one."""
    with _content_writer(staged, suffix) as write_content, _truth_writer(truth) as write_truth:

        def write(block: _Block) -> None:
            write_content(block.content)
            write_truth(block.truth)

        yield write


@contextmanager
def _content_writer(staged: Path, suffix: str) -> Iterator[Callable[[pa.Table | pa.Buffer], object]]:
    empty = _table(Readings.none(len(RANGES)), suffix)
    if suffix == ".csv":
        with staged.open("wb") as file:
            _write_header(file, empty.schema)
            yield file.write
    else:
        with pq.ParquetWriter(staged, empty.schema, use_dictionary=["device_id"]) as writer:
            yield writer.write_table


@contextmanager
def _truth_writer(path: Path | None) -> Iterator[Callable[[pa.Table], object]]:
    if path is None:
        yield lambda _: None
        return
    with path.open("wb") as file:
        _write_header(file, TRUTH)
        yield lambda table: file.write(_as_csv(table))


def _write_header(file: BinaryIO, schema: pa.Schema) -> None:
    file.write(",".join(schema.names).encode() + b"\n")


def _in_order(make: Callable[[int], _Block], blocks: int, threads: int) -> Iterator[_Block]:
    """The blocks in their order, made by some threads a few ahead: NumPy and Arrow let go of the interpreter."""
    with ThreadPoolExecutor(threads) as pool:
        pending: deque[Future[_Block]] = deque()
        try:
            for number in range(blocks):
                pending.append(pool.submit(make, number))
                if len(pending) > threads:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _cores() -> int:
    return len(os.sched_getaffinity(0))
