"""What a new version takes over from the one that it replaces: its files by hard links, its history, its quarantine."""

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pyspark.errors import PySparkException

from hotset.data.claim import Claim
from hotset.data.columns import differing
from hotset.data.dataset import Dataset
from hotset.data.destination import check_free, check_replaceable
from hotset.data.inside import has_not_null
from hotset.data.manifest import InputRead, Maker, Manifest, PublishedFile, QuarantineFile, read_manifest
from hotset.data.partitions import partition_of
from hotset.data.writing import csv_facts, is_shown
from hotset.errors import DataError, InputError, OutputError, SchemaError, UsageError

Partition = Mapping[str, Any]


@dataclass(frozen=True)
class Heritage:
    """What stays of the old version."""

    files: tuple[PublishedFile, ...] = ()
    history: tuple[Maker, ...] = ()
    inputs: tuple[InputRead, ...] = ()
    quarantine: tuple[QuarantineFile, ...] = ()


def old_version(claim: Claim, dataset: Dataset) -> Manifest | None:
    """The version that will be replaced; None where there is nothing.

    Raises OutputError for what is not ours to replace, SchemaError for one that cannot be added to.
    """
    if claim.if_exists == "replace-partitions" and not dataset.partition_by:
        raise UsageError("replace-partitions needs a dataset with partition_by, got none; use replace, or declare it")
    if dataset.partition_by and dataset.format == "text":
        raise UsageError(
            f"lines of text have no partition columns, got partition_by={dataset.partition_by}; publish as csv"
        )
    if claim.if_exists == "refuse":
        check_free(claim.destination)
        return None
    check_replaceable(claim.destination)
    if not os.path.lexists(claim.destination):
        return None
    manifest = replaceable_manifest(claim.destination)
    if claim.if_exists != "replace":
        _check_same_shape(manifest, dataset)
    return manifest


def replaceable_manifest(destination: Path) -> Manifest:
    """Raises OutputError when what is there was not published by us, or its manifest is damaged."""
    manifest = read_manifest(destination)
    if manifest is None:
        raise OutputError(
            f"what is at {destination} is no version with a sound manifest, so it stays; remove it by hand"
        )
    return manifest


def inherit(claim: Claim, old: Manifest | None, files: Sequence[PublishedFile], partitions: Sequence[Partition] | None,
            version: Path) -> Heritage:  # fmt: skip
    """What stays of `old` beside the new `files`, linked into `version`.

    `partitions` is the scope of replace-partitions; None means those that the new files are in. Raises DataError when a
    new file lies outside of it, InputError when an old file is not what its manifest says.
    """
    _check_scope(claim, files, partitions)
    if old is None or claim.if_exists == "replace":
        return Heritage()
    scope = _scope(files) if partitions is None else partitions
    stays = [file for file in old.files if claim.if_exists == "append" or not _is_within(file, scope)]
    kept: tuple[PublishedFile | QuarantineFile, ...] = (*stays, *old.quarantine)
    for file in kept:
        _link(claim.destination / file.path, version / file.path, file.bytes)
    return Heritage(tuple(stays), _history(old, stays), old.inputs, old.quarantine)


def needs_look(dataset: Dataset, old: Manifest | None) -> bool:
    """Whether rows of `old`, which allowed nulls, stay where the new manifest says `not null`."""
    schema = dataset.schema()
    if not old or not has_not_null(schema) or Dataset(old.columns).schema() == schema:
        return False
    if is_shown(dataset):
        raise SchemaError(f"tuples shown as text cannot be looked at for nulls, got {old.columns} there; declare these")
    return True


def _history(old: Manifest, stays: Sequence[PublishedFile]) -> tuple[Maker, ...]:
    """A run is superseded when a file of its is gone, or it has none: then running it again would change something."""
    gone = [file.path for file in old.files if file not in stays]
    names = [file.path for file in stays]
    if not gone:
        return old.history
    return tuple(
        replace(maker, superseded=True)
        if any(maker.run_id in path for path in gone) or not any(maker.run_id in path for path in names)
        else maker
        for maker in old.history
    )


def _check_same_shape(manifest: Manifest, dataset: Dataset) -> None:
    facts = (
        ("columns", *differing(_shape(manifest.columns), _shape(dataset.columns))),
        ("format", manifest.format, dataset.format),
        ("partition_by", manifest.partition_by, dataset.partition_by),
        ("way of writing CSV", manifest.csv, csv_facts(dataset)),
    )
    for name, old, new in facts:
        if old != new:
            raise SchemaError(f"the {name} of what is there and of what is added differ: {old} there, got {new}")


def _shape(columns: str) -> list[str]:
    try:
        return [f"{name}:{kind}" for name, kind in Dataset(columns).types().items()]
    except (UsageError, PySparkException):
        return [columns]


def _check_scope(claim: Claim, files: Sequence[PublishedFile], partitions: Sequence[Partition] | None) -> None:
    if partitions is None:
        return
    if claim.if_exists != "replace-partitions":
        raise UsageError(
            f"partitions are declared for replace-partitions, got --if-exists {claim.if_exists}; leave them out"
        )
    for file in files:
        if not _is_within(file, partitions):
            place = str(Path(file.path).parent)
            raise DataError(
                f"rows lie outside the partitions that are declared, got {place!r}; declare it, or drop them"
            )


def check_partitions(dataset: Dataset, partitions: Iterable[Partition] | None) -> None:
    """Raises UsageError for a column that the dataset is not partitioned by."""
    for name in {name for partition in partitions or () for name in partition}:
        if name not in dataset.partition_by:
            raise UsageError(
                f"{name!r} is no partition column, got partition_by={dataset.partition_by}; name one of these"
            )


def _scope(files: Iterable[PublishedFile]) -> list[Partition]:
    return [dict(items) for items in {tuple(partition_of(file.path).items()) for file in files}]


def _is_within(file: PublishedFile, scope: Iterable[Partition]) -> bool:
    values = partition_of(file.path)
    return any(all(values.get(name) == _text(value) for name, value in partition.items()) for partition in scope)


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def _link(old: Path, new: Path, size_bytes: int) -> None:
    if not old.is_file() or old.stat().st_size != size_bytes:
        raise InputError(f"{old} is not what its manifest says; `hotset verify {old.parent}` tells what is damaged")
    new.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(old, new)
    except OSError:  # somebody else's file, or a file system without links
        shutil.copy2(old, new)
