"""Lines out of chunks, with a bound on their length: a line of compressed zeros must not fill the memory."""

from collections.abc import Iterable, Iterator

from hotset.errors import InputError

LINE_BYTES = 64 * 1024**2  # the plan of one query; the largest that were seen have a few MB


def bounded_lines(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Each line without its end; what follows the last line end too. Raises InputError for a line that has no end."""
    rest: list[bytes] = []
    held = 0
    end = b""
    for chunk in chunks:
        end = end or _line_end(chunk)
        first, *more = chunk.split(end or b"\n")
        rest.append(first)
        held += len(first)
        if held > LINE_BYTES:
            raise InputError(f"a line of more than {LINE_BYTES:,} bytes in {name!r}; give a Spark event log")
        if more:
            yield b"".join(rest)
            yield from more[:-1]
            rest, held = [more[-1]], len(more[-1])
    if held:
        yield b"".join(rest)


def _line_end(chunk: bytes) -> bytes:
    """\\n, or \\r where no \\n follows any: JSON has neither within a text. Nothing while no line has ended."""
    if b"\n" in chunk:
        return b"\n"
    return b"\r" if b"\r" in chunk[:-1] else b""
