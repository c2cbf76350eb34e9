"""Bytes of a log as they were before compression, chunk by chunk. The codec is told by the first bytes, not the name.

A chunk is never larger than BLOCK_BYTES, whatever a header claims. What ends in the middle gives what is there, and
raises EOFError then. What was compressed twice is unfolded twice.
"""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from hotset.errors import InputError

CHUNK_BYTES = 256 * 1024
BLOCK_BYTES = 32 * 1024**2  # the largest block that Spark's codecs write
DEEPEST = 3  # times that something is compressed
LZ4_HEADER = struct.Struct("<8sBIII")  # magic, token, compressed and plain length, checksum: lz4-java's LZ4BlockOutput
LZ4_MAGIC, LZ4_RAW = b"LZ4Block", 0x10
SNAPPY_MAGIC, SNAPPY_HEADER = b"\x82SNAPPY\0", 16  # magic, version, compatible version: xerial's SnappyOutputStream
STREAMS = {b"\x28\xb5\x2f\xfd": "zstd", b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\x04\x22\x4d\x18": "lz4"}
MAGICS = (*STREAMS, LZ4_MAGIC, SNAPPY_MAGIC)
MAGIC_BYTES = max(map(len, MAGICS))

Place = Path | zipfile.Path
Opener = Callable[[], Any]  # a file to read bytes from, each time from its first one


def plain_chunks(place: Place) -> Iterator[bytes]:
    """Raises InputError for what cannot be read, EOFError where a compressed file is cut off."""
    try:
        if place.exists() and not place.is_file():  # to open a pipe would wait for a writer
            raise OSError("it is no file")
        yield from _unfolded(lambda: place.open("rb"), DEEPEST)
    except PermissionError:
        raise InputError(f"no right to read the event log {str(place)!r}; ask its owner, or copy it") from None
    except (OSError, pa.ArrowException, zipfile.BadZipFile, zlib.error) as why:
        reason = getattr(why, "strerror", None) or (str(why).splitlines() or [type(why).__name__])[0]
        raise InputError(f"cannot read the event log {str(place)!r}: {reason}; copy it anew") from None
    except (
        RuntimeError,
        NotImplementedError,
    ) as why:  # of a zip: encrypted, or packed in a way that Python cannot read
        raise InputError(f"cannot unpack {str(place)!r}: {why}; unpack it and give the log") from None


def _unfolded(opened: Opener, left: int) -> Iterator[bytes]:
    with opened() as file:
        reader = _reader(_first(file))
    if reader is None:
        with opened() as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    elif left:
        yield from _unfolded(lambda: _Chunks(reader(opened)), left - 1)
    else:
        raise InputError(f"compressed more than {DEEPEST} times; unpack it")


def _first(file: BinaryIO) -> bytes:
    try:
        return file.read(MAGIC_BYTES)
    except EOFError:
        return b""


def _reader(start: bytes) -> Callable[[Opener], Iterator[bytes]] | None:
    if start.startswith(LZ4_MAGIC):
        return _lz4
    if start.startswith(SNAPPY_MAGIC):
        return _snappy
    return next((partial(_stream, codec=codec) for magic, codec in STREAMS.items() if start.startswith(magic)), None)


class _Chunks:
    """Chunks as a file to read from: what comes before the end of a cut-off stream, then its EOFError."""

    closed = False

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._rest, self._is_cut = chunks, b"", False

    def __enter__(self) -> "_Chunks":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.closed = True

    def read(self, count: int) -> bytes:
        while len(self._rest) < count and not self._is_cut:
            try:
                self._rest += next(self._chunks)
            except StopIteration:
                break
            except EOFError:
                self._is_cut = True
        if self._is_cut and not self._rest:
            raise EOFError
        piece, self._rest = self._rest[:count], self._rest[count:]
        return piece


def _stream(opened: Opener, codec: str) -> Iterator[bytes]:
    done = 0
    with opened() as file, pa.CompressedInputStream(pa.PythonFile(file, "r"), codec) as stream:
        try:
            while chunk := stream.read(CHUNK_BYTES):
                done += len(chunk)
                yield chunk
            return
        except EOFError:
            pass
        except OSError as why:
            if "runcated" not in str(why):
                raise
    yield from _last_bytes(opened, codec, done)
    raise EOFError


def _last_bytes(opened: Opener, codec: str, done: int) -> Iterator[bytes]:
    """What a cut-off stream still holds after `done` bytes: Arrow gives none of a read that meets the end."""
    with opened() as file, pa.CompressedInputStream(pa.PythonFile(file, "r"), codec) as stream:
        while done:
            done -= len(stream.read(min(done, CHUNK_BYTES)))
        last = bytearray()
        try:
            while byte := stream.read(1):
                last += byte
        except (OSError, EOFError):
            yield bytes(last)


def _lz4(opened: Opener) -> Iterator[bytes]:
    codec = pa.Codec("lz4_raw")
    with opened() as file:
        while header := file.read(LZ4_HEADER.size):
            if len(header) < LZ4_HEADER.size:
                raise EOFError
            magic, token, stored, plain, _ = LZ4_HEADER.unpack(header)
            if magic != LZ4_MAGIC:
                raise OSError("damaged LZ4")
            block = _block(file, stored, plain)
            if plain:  # a block of nothing ends a stream, and another may follow
                yield block if token & 0xF0 == LZ4_RAW else _decompressed(codec, block, plain)


def _snappy(opened: Opener) -> Iterator[bytes]:
    codec = pa.Codec("snappy")
    with opened() as file:
        _exactly(file, SNAPPY_HEADER)
        while header := file.read(4):
            if header == SNAPPY_MAGIC[:4]:  # another stream follows
                _exactly(file, SNAPPY_HEADER - 4)
                continue
            if len(header) < len(SNAPPY_MAGIC[:4]):
                raise EOFError
            block = _block(file, int.from_bytes(header), 0)
            plain = _varint(block)
            if plain > BLOCK_BYTES:
                raise OSError("damaged Snappy")
            yield _decompressed(codec, block, plain)


def _block(file: BinaryIO, stored: int, plain: int) -> bytes:
    if max(stored, plain) > BLOCK_BYTES:
        raise OSError(f"a block of {max(stored, plain):,} bytes")
    return _exactly(file, stored)


def _exactly(file: BinaryIO, count: int) -> bytes:
    piece = file.read(count)
    if len(piece) < count:
        raise EOFError
    return piece


def _decompressed(codec: Any, block: bytes, plain: int) -> bytes:
    return bytes(codec.decompress(block, plain, asbytes=True))


def _varint(block: bytes) -> int:
    value = 0
    for position, byte in enumerate(block[:5]):
        value |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            break
    return value
