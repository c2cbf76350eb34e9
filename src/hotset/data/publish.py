"""Publish a frame: all of it or nothing.

Written beside the destination, counted, described in a manifest, synced, and put in its place in one step: under a new
name, or in exchange for the version that is there. A kill at any moment leaves the old version or the new one, whole.
"""

import errno
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyspark import RDD
from pyspark.sql import Column, DataFrame, SparkSession

from hotset.data.at_rest import AtRest
from hotset.data.claim import Claim
from hotset.data.contents import data_files, describe_files, in_threads
from hotset.data.dataset import Dataset
from hotset.data.destination import LEAST_FREE_BYTES, give_modes, room, why_not_written
from hotset.data.key import check_key, check_key_kind
from hotset.data.manifest import MANIFEST_NAME, InputRead, Maker, Manifest, PublishedFile, QuarantineFile
from hotset.data.parquet_files import ParquetFiles
from hotset.data.promises import is_promised, promises_of
from hotset.data.rename import sync
from hotset.data.rows import rows_to_write
from hotset.data.successor import Heritage, check_partitions, inherit, needs_look, old_version
from hotset.data.writing import check_books, check_names, check_writable, csv_facts, is_shown, write
from hotset.errors import NO_ROOM, HotsetError

Sealed = tuple[tuple[QuarantineFile, ...], tuple[InputRead, ...]]
WRITING = "org.apache.hadoop.fs.FSError"  # of an output's file; Spark removes it before anybody can measure


@dataclass(frozen=True)
class Terms:
    """On what terms a frame is published.

    `seal` is called once, with the new version's directory, when all rows are in it: it checks the books of the inputs,
    writes what was set aside below `_quarantine`, and tells of both. `last_check` is called with the directory right
    before it is put in its place, complete as it then is. Both may raise: then nothing is published. `partitions` is
    the scope of replace-partitions, `rules` are those of the dataset, `at_rest` looks at what was written past Spark,
    `parquet` says how such files are written.
    """

    claim: Claim
    maker: Maker
    seal: Callable[[Path], Sealed]
    last_check: Callable[[Path], None]
    at_rest: AtRest
    partitions: tuple[Mapping[str, Any], ...] | None = None
    rules: Mapping[str, Column] = field(default_factory=dict)
    parquet: ParquetFiles | None = None


@dataclass(frozen=True)
class Published:
    """What is now at the destination, and which of its files were written just now."""

    manifest: Manifest
    files: tuple[PublishedFile, ...]


def publish(
    spark: Callable[[], SparkSession],
    data: DataFrame | RDD[Any] | None,
    dataset: Dataset,
    terms: Terms,
    write_rows: Callable[[Path], int] | None = None,
) -> Published:
    """What is now at the destination. `write_rows` writes the rows of `data` past Spark's writer and counts them.

    Without `data` it writes rows that Spark has not seen, in the columns of the dataset; `spark` is asked for a session
    where something has to be looked up in what was written.

    Raises OutputError when what is there may not be replaced, SchemaError when the columns are not the dataset's or not
    those of what is added to, DataError when books or key do not hold, ResourceError when the disk is full.
    """
    check_writable(dataset)
    check_names(dataset)
    check_partitions(dataset, terms.partitions)
    old = old_version(terms.claim, dataset)
    check_key_kind(dataset, is_whole=old is None or terms.claim.if_exists == "replace")
    rows, line = (None, None) if data is None else rows_to_write(spark(), data, dataset)
    with _room_told(terms.claim.destination), terms.claim.staged() as version:
        if write_rows:
            written = write_rows(version)
            if is_promised(dataset):
                terms.at_rest.check_promises(dataset, version)
        else:
            assert rows is not None, "somebody has to write them"
            written = write(
                rows, dataset, version, terms.maker.run_id, promises_of(dataset, terms.rules), line, terms.parquet
            )
        quarantine, inputs = terms.seal(version)
        with _syncing(data_files(version)):  # the disk has time while the content is hashed
            files = describe_files(version, dataset.format, csv_facts(dataset))
        check_books(written, files, dataset)
        heritage = inherit(terms.claim, old, files, terms.partitions, version)
        manifest = _manifest(dataset, files, terms.maker, heritage, quarantine, inputs)
        if needs_look(dataset, old if heritage.files else None):
            terms.at_rest.check_not_null(dataset, version)
        if dataset.key and rows is not None and is_shown(dataset):
            check_key(rows, dataset, heritage.files)
        elif dataset.key:
            terms.at_rest.check_key(dataset, version, heritage.files)
        _complete(version, manifest, terms.claim.destination.parent)
        terms.last_check(version)
        terms.claim.put_in_place(version)
    return Published(manifest, files)


def _manifest(
    dataset: Dataset,
    files: tuple[PublishedFile, ...],
    maker: Maker,
    heritage: Heritage,
    quarantine: tuple[QuarantineFile, ...],
    inputs: tuple[InputRead, ...],
) -> Manifest:
    whole = tuple(sorted((*heritage.files, *files), key=lambda file: Path(file.path)))
    return Manifest(
        columns=dataset.columns,
        format=dataset.format,
        rows=sum(file.rows for file in whole),
        files=whole,
        history=(*heritage.history, maker),
        partition_by=dataset.partition_by,
        key=dataset.key,
        csv=csv_facts(dataset),
        inputs=(*heritage.inputs, *inputs),
        quarantine=(*heritage.quarantine, *quarantine),
    )


@contextmanager
def _syncing(files: Sequence[Path]) -> Iterator[None]:
    """The files are on the disk at the end."""
    with ThreadPoolExecutor(1) as beside:
        done = beside.submit(_sync_all, files)
        yield
        done.result()


def _complete(version: Path, manifest: Manifest, above: Path) -> None:
    """Everything has its mode, and is on the disk."""
    (version / MANIFEST_NAME).write_text(manifest.as_json(), encoding="utf-8")
    give_modes(version, like=above)
    _sync_all([*version.rglob("*"), version, version.parent])


def _sync_all(paths: Sequence[Path]) -> None:
    for _ in in_threads(sync, paths):
        pass


@contextmanager
def _room_told(destination: Path) -> Iterator[None]:
    """A disk that is full is told by the output's name and the bytes that are free, whoever found out."""
    try:
        yield
    except (HotsetError, ConnectionError):  # which is an OSError of the gateway to the JVM, not of a disk
        raise
    except OSError as why:
        raise why_not_written(why, destination) from why
    except Exception as why:  # Spark's; it may be the scratch directory that is full, then the caller says so
        text = str(why)
        if any(sign in text for sign in NO_ROOM) and (WRITING in text or room(destination) < LEAST_FREE_BYTES):
            raise why_not_written(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), destination) from why
        raise
