"""Text in any encoding that Python knows, as UTF-8.

A byte that is none in its encoding becomes three that are none in UTF-8 either: the low surrogate U+DC00 plus the byte,
as "surrogatepass" writes it. So a reader of UTF-8 rejects just the records that hold one, and the byte can be told.
"""

import codecs
import re
from collections.abc import Iterable, Iterator

from hotset.errors import UsageError

UTF_8 = frozenset({"utf-8", "utf-8-sig"})  # by the names that Python gives them
# Python has them as text encodings, but they are notations of programs and host names
NO_TEXT = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "unicode_escape"})
MARKED = re.compile(rb"\xed[\xb0-\xb3][\x80-\xbf]")
SURROGATES = re.compile("[\ud800-\udfff]")
PADDING = b"\n\n\n\n"  # as long as a character may be
UNDECODABLE = "hotset-undecodable"
# byte-order mark -> the family that it is of, and the encodings that a file with it may be said to have; longest first
MARKS: tuple[tuple[bytes, str, frozenset[str]], ...] = (
    (b"\xff\xfe\0\0", "UTF-32", frozenset({"utf-32", "utf-32-le"})),
    (b"\0\0\xfe\xff", "UTF-32", frozenset({"utf-32", "utf-32-be"})),
    (b"\xef\xbb\xbf", "UTF-8", UTF_8),
    (b"\xff\xfe", "UTF-16", frozenset({"utf-16", "utf-16-le"})),
    (b"\xfe\xff", "UTF-16", frozenset({"utf-16", "utf-16-be"})),
)


def codec_name(encoding: str) -> str:
    """The name that Python gives an encoding. Raises UsageError for one that it does not know, or that is no text's."""
    try:
        codec = codecs.lookup(encoding)
    except (LookupError, ValueError, TypeError):
        raise UsageError(f"no encoding is called {encoding!r}; give one like utf-8, cp1252 or utf-16") from None
    if not codec._is_text_encoding or codec.name in NO_TEXT:
        raise UsageError(f"{encoding!r} is no encoding of text files; give one like utf-8, cp1252 or utf-16")
    return codec.name


def in_utf8(encoding: str) -> bool:
    """Whether files in the encoding are read as they are."""
    return codec_name(encoding) in UTF_8


def can_be_cut(encoding: str) -> bool:
    """Whether a file may be cut behind any line end: where ASCII is itself, nothing before a line changes its bytes."""
    if in_utf8(encoding):
        return True
    try:
        return all(bytes([code]).decode(encoding) == chr(code) for code in range(128))
    except UnicodeError:
        return False


def to_utf8(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The chunks of one file, or of whole lines of it, in UTF-8; with bytes marked that are none in the encoding."""
    # not at import: workers get this module's functions one by one
    codecs.register_error(UNDECODABLE, _mark)
    decoder = codecs.getincrementaldecoder(encoding)(UNDECODABLE)
    for chunk in chunks:
        if text := decoder.decode(chunk):
            yield text.encode("utf-8", "surrogatepass")
    if text := _last(decoder, encoding):
        yield text.encode("utf-8", "surrogatepass")


def _last(decoder: codecs.IncrementalDecoder, encoding: str) -> str:
    """What the decoder still holds. A character that lacks bytes does not take the end of its line with it."""
    if not can_be_cut(encoding):
        return decoder.decode(b"", final=True)
    return decoder.decode(PADDING).removesuffix(PADDING.decode())


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


def restored(text: bytes) -> bytes:
    """What `to_utf8` gave, with the bytes that it marked as they were."""
    return MARKED.sub(lambda found: bytes([ord(found[0].decode("utf-8", "surrogatepass")) - 0xDC00]), text)


def repaired(text: bytes) -> bytes:
    """What `to_utf8` gave, with U+FFFD for each of the bytes that it marked."""
    return SURROGATES.sub("\ufffd", text.decode("utf-8", "surrogatepass")).encode()
