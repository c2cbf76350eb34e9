"""Bytes of a log as they were before compression, chunk by chunk. The codec is told by the first bytes, not the name.

A chunk is never larger than BLOCK_BYTES, whatever a header claims. What ends in the middle gives what is there, and
raises EOFError then.
"""

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from hotset.errors import InputError

CHUNK_BYTES = 256 * 1024
BLOCK_BYTES = 32 * 1024**2  # the largest block that Spark's codecs write
LZ4_HEADER = struct.Struct("<8sBIII")  # magic, token, compressed and plain length, checksum: lz4-java's LZ4BlockOutput
LZ4_MAGIC, LZ4_RAW = b"LZ4Block", 0x10
SNAPPY_MAGIC, SNAPPY_HEADER = b"\x82SNAPPY\0", 16  # magic, version, compatible version: xerial's SnappyOutputStream
ZSTD_MAGIC, GZIP_MAGIC, LZF_MAGIC = b"\x28\xb5\x2f\xfd", b"\x1f\x8b", b"ZV"


def plain_chunks(path: Path) -> Iterator[bytes]:
    """Raises InputError for what cannot be read, EOFError where a compressed file is cut off."""
    try:
        with path.open("rb") as file:
            start = file.read(len(SNAPPY_MAGIC))
            file.seek(0)
            if start.startswith(LZF_MAGIC):
                raise InputError(f"cannot read LZF, got {path.name}; set spark.eventLog.compression.codec to zstd")
            yield from _reader(start)(file, path)
    except (OSError, pa.ArrowException) as why:
        reason = getattr(why, "strerror", None) or str(why).splitlines()[0]
        raise InputError(f"cannot read the event log {str(path)!r}: {reason}; copy it anew") from None


def _reader(start: bytes) -> Callable[[BinaryIO, Path], Iterator[bytes]]:
    for magic, reader in ((ZSTD_MAGIC, _zstd), (GZIP_MAGIC, _gzip), (LZ4_MAGIC, _lz4), (SNAPPY_MAGIC, _snappy)):
        if start.startswith(magic):
            return reader
    return _plain


def _plain(file: BinaryIO, _: Path) -> Iterator[bytes]:
    while chunk := file.read(CHUNK_BYTES):
        yield chunk


def _zstd(_: BinaryIO, path: Path) -> Iterator[bytes]:
    return _stream(path, "zstd")


def _gzip(_: BinaryIO, path: Path) -> Iterator[bytes]:
    return _stream(path, "gzip")


def _stream(path: Path, codec: str) -> Iterator[bytes]:
    done = 0
    with pa.CompressedInputStream(pa.OSFile(str(path)), codec) as stream:
        try:
            while chunk := stream.read(CHUNK_BYTES):
                done += len(chunk)
                yield chunk
            return
        except OSError as why:
            if "runcated" not in str(why):
                raise
    yield from _last_bytes(path, codec, done)
    raise EOFError


def _last_bytes(path: Path, codec: str, done: int) -> Iterator[bytes]:
    """What a cut-off stream still holds after `done` bytes: Arrow gives none of a read that meets the end."""
    with pa.CompressedInputStream(pa.OSFile(str(path)), codec) as stream:
        while done:
            done -= len(stream.read(min(done, CHUNK_BYTES)))
        last = bytearray()
        try:
            while byte := stream.read(1):
                last += byte
        except OSError:
            yield bytes(last)


def _lz4(file: BinaryIO, path: Path) -> Iterator[bytes]:
    codec = pa.Codec("lz4_raw")
    while header := file.read(LZ4_HEADER.size):
        if len(header) < LZ4_HEADER.size:
            raise EOFError
        magic, token, stored, plain, _ = LZ4_HEADER.unpack(header)
        if magic != LZ4_MAGIC:
            raise InputError(f"damaged LZ4 in the event log {str(path)!r}; copy it anew")
        block = _block(file, stored, plain, path)
        if plain:  # a block of nothing ends a stream, and another may follow
            yield block if token & 0xF0 == LZ4_RAW else _decompressed(codec, block, plain)


def _snappy(file: BinaryIO, path: Path) -> Iterator[bytes]:
    codec = pa.Codec("snappy")
    file.read(SNAPPY_HEADER)
    while header := file.read(4):
        if header == SNAPPY_MAGIC[:4]:  # another stream follows
            file.read(SNAPPY_HEADER - 4)
            continue
        if len(header) < len(SNAPPY_MAGIC[:4]):
            raise EOFError
        block = _block(file, int.from_bytes(header), 0, path)
        plain = _varint(block)
        if plain > BLOCK_BYTES:
            raise InputError(f"damaged Snappy in the event log {str(path)!r}; copy it anew")
        yield _decompressed(codec, block, plain)


def _block(file: BinaryIO, stored: int, plain: int, path: Path) -> bytes:
    if max(stored, plain) > BLOCK_BYTES:
        raise InputError(f"a block of {max(stored, plain):,} bytes in the event log {str(path)!r}; copy it anew")
    block = file.read(stored)
    if len(block) < stored:
        raise EOFError
    return block


def _decompressed(codec: Any, block: bytes, plain: int) -> bytes:
    return bytes(codec.decompress(block, plain, asbytes=True))


def _varint(block: bytes) -> int:
    value = 0
    for position, byte in enumerate(block[:5]):
        value |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            break
    return value
