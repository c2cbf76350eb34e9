"""LIKE and RLIKE of translated conditions: patterns that Java's and DuckDB's engines read alike."""

import re

from hotset.rows.condition_operators import strict
from hotset.rows.condition_types import BOOLEAN, STRING, NotPortable, Term
from hotset.rows.duckdb_types import quote

# what Java's `.` does not match and before which its `$` matches at the end; RE2 knows the line feed only
ENDS = r"\n\r\x{85}\x{2028}\x{2029}"
AT_END = rf"(?:\r\n|[{ENDS}])?\z"
PIECE = re.compile(
    r"""(?P<class>\[\^?(?:\\[dw\\.\-\[\]^]|[A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9 _@#:;,/.+%=!~<>])+\])
    | (?P<letter>\\[dwDW]|\\[.\\+*?()\[\]{}|^$/-]|[A-Za-z0-9 _@\#:;,/%=!~<>"'-])
    | (?P<dot>\.) | (?P<space>\\s)
    | (?P<count>[*+?]|\{[0-9]{1,2}(?:,[0-9]{0,2})?\})
    | (?P<open>\((?!\?)) | (?P<close>\)) | (?P<or>\|) | (?P<start>\^) | (?P<end>\$)""",
    re.VERBOSE,
)
SAID = {"dot": rf"[^{ENDS}]", "space": r"[ \t\n\x{0b}\f\r]", "end": AT_END, "open": "(?:"}


def need_string(term: Term) -> None:
    if term.type != STRING:
        raise NotPortable(f"a pattern and a value of type {term.type}")


def literal_pattern(term: Term) -> str:
    if term.type != STRING or not term.is_literal:
        raise NotPortable("a pattern that is no string literal")
    return str(term.value)


def match_like(term: Term, pattern: Term, escape: str) -> Term:
    """LIKE; Spark's escape is the backslash and may stand before _, % and itself only, DuckDB has none by default."""
    need_string(term)
    text = literal_pattern(pattern)
    if escape in "%_'":
        raise NotPortable(f"the ESCAPE {escape}")
    rest = text.replace(escape * 2, "")
    if re.search(re.escape(escape) + "(?![%_])", rest):
        raise NotPortable(f"the pattern {quote(text)}, in which {escape} stands before another letter")
    if term.folded and (not text.isascii() or "_" in text):
        raise NotPortable("lower or upper case and a pattern that is not ASCII, or has a _ in it")
    escaped = f" ESCAPE {quote(escape)}" if escape in text else ""
    return strict(f"({term.sql} LIKE {quote(text)}{escaped})", BOOLEAN, term, pattern)


def match_regexp(term: Term, pattern: Term) -> Term:
    """RLIKE for the patterns that mean the same to Java and to RE2."""
    need_string(term)
    return strict(
        f"regexp_matches({term.sql}, {quote(translate_regexp(literal_pattern(pattern)))})", BOOLEAN, term, pattern
    )


def translate_regexp(text: str) -> str:
    """The pattern for RE2. Raises NotPortable for anything but letters, classes, groups, | and counts.

    `^` stands at the start of an alternative and `$` at the end of one, outside of groups; nothing is counted twice.
    """
    said, at, depth, before = [], 0, 0, "or"
    while at < len(text):
        found = PIECE.match(text, at)
        piece = "" if found is None else found[0]
        if found is None or falls(piece) or not may_follow(before, found.lastgroup or "", piece, depth):
            raise NotPortable(f"the pattern {quote(text)}, from {text[at : at + 10]!r} on")
        before, at = found.lastgroup or "", found.end()
        depth += {"open": 1, "close": -1}.get(before, 0)
        said.append(SAID.get(before, found[0]))
    if depth or before in ("or", "open"):
        raise NotPortable(f"the pattern {quote(text)}")
    return "".join(said)


def falls(piece: str) -> bool:
    """Whether a range or a count goes down, `[z-a]` or `{3,2}`, which is an error in both engines."""
    if piece.startswith("["):
        return any(first > last for first, last in re.findall(r"([A-Za-z0-9])-([A-Za-z0-9])", piece))
    low, _, high = piece.strip("{}").partition(",")
    return piece.startswith("{") and high != "" and int(low) > int(high)


def may_follow(before: str, piece: str, text: str, depth: int) -> bool:
    if before == "end":
        return piece == "or"
    if piece in ("start", "end"):
        return depth == 0 and (before == "or") == (piece == "start")
    if piece == "count" and text.startswith("{"):  # RE2 takes 1000 copies of a letter, and groups multiply them
        return before in ("class", "letter", "dot", "space")
    if piece == "count":
        return before in ("class", "letter", "dot", "space", "close")
    if piece in ("close", "or"):
        return before not in ("open", "or", "start") and (piece == "or" or depth > 0)
    return True
