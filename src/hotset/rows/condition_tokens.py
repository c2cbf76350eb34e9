"""Tokens of conditions in Spark's SQL: names, strings with Spark's escapes, numbers with their types in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from hotset.rows.condition_types import (
    BIGINT,
    BITS,
    DOUBLE,
    INT,
    NotPortable,
    Term,
    Type,
    decimal_of_literal,
    literal,
)

TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+|--(?:\\\n|[^\r\n])*|/\*(?!\+)(?:(?!\*/|/\*).)*\*/)
    | (?P<raw>[rR](?:'[^']*'|"[^"]*"))
    | (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<quoted>`(?:[^`]|``)+`)
    | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?:[lLsSyYdDfF]|[bB][dD])?)(?![\w.])
    | (?P<qualified>[A-Za-z_][A-Za-z0-9_]*\.(?:[A-Za-z_][A-Za-z0-9_]*(?![\w.'"`])|`(?:[^`]|``)+`|\*))
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)(?![\w.'"`])
    | (?P<operator><=>|==|!=|<>|<=|>=|\|\||[=<>+\-*/%(),!])""",
    re.VERBOSE | re.DOTALL,
)
NUMBER = re.compile(r"([0-9]+)(\.[0-9]+)?([eE][+-]?[0-9]+)?([a-zA-Z]*)")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "%": "\\%", "_": "\\_"}
LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str

    @property
    def word(self) -> str:
        """The key word or operator that it is; "" for what stands in quotes."""
        return self.text.lower() if self.kind in ("name", "operator", "end") else ""


def split_tokens(text: str) -> list[Token]:
    if len(text) > LONGEST or "${" in text:
        raise NotPortable("a variable of Spark's" if "${" in text else f"a text of more than {LONGEST} characters")
    tokens, at = [], 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None or (text.startswith("/*", at) and found.lastgroup != "space"):
            raise NotPortable(f"the text from {text[at : at + 20]!r} on is not of the part that is translated")
        at = found.end()
        if found.lastgroup != "space":
            tokens.append(Token(found.lastgroup or "", found[0]))
    return [*tokens, Token("end", "")]


def unescape(text: str) -> str:
    def replace(found: re.Match[str]) -> str:
        if found[1] not in ESCAPES:
            raise NotPortable(f"the escape \\{found[1]} in a string")
        return ESCAPES[found[1]]

    return re.sub(r"\\(.)", replace, text, flags=re.DOTALL)


def read_number(text: str, negative: bool) -> Term:
    """The literal that Spark reads; `-2147483648` is one literal."""
    found = NUMBER.fullmatch(text)
    assert found is not None
    digits, fraction, exponent, suffix = found[1], found[2] or "", found[3] or "", found[4].upper()
    value = Decimal(("-" if negative else "") + digits + fraction + exponent)
    if suffix in ("D", "F") or (exponent and not suffix):
        if suffix == "F":
            raise NotPortable("a literal of type float")
        if abs(value) > Decimal("1.7976931348623157e308"):
            raise NotPortable(f"{text} is no double")
        return literal(float(value), DOUBLE)
    if suffix == "BD" or fraction:
        if exponent or suffix not in ("", "BD"):
            raise NotPortable(f"the number {text}")
        return literal(value, decimal_of_literal(value))
    if exponent:
        raise NotPortable(f"the number {text}")
    return read_integer(int(value), suffix)


def read_integer(value: int, suffix: str) -> Term:
    named = {"Y": "tinyint", "S": "smallint", "L": "bigint"}.get(suffix)
    for kind in [Type(named)] if named else [INT, BIGINT]:
        bound = 1 << BITS[kind.name]
        if -bound <= value < bound:
            return literal(value, kind)
    if named:
        raise NotPortable(f"{value} is no {named}")
    return literal(Decimal(value), decimal_of_literal(Decimal(value)))


@dataclass(slots=True)
class Reader:
    """Tokens, and how far they have been read."""

    tokens: Sequence[Token]
    at: int = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def take(self, *words: str) -> bool:
        """Whether the next tokens are these words; they are read then."""
        ahead = self.tokens[self.at : self.at + len(words)]
        if [token.word for token in ahead] != list(words):
            return False
        self.at += len(words)
        return True

    def need(self, word: str) -> None:
        if not self.take(word):
            raise NotPortable(f"{self.token.text or 'the end'!r} where {word.upper()!r} is looked for")

    def string(self) -> str | None:
        """The string literal that comes next; None for anything else."""
        token = self.token
        if token.kind not in ("string", "raw"):
            return None
        self.at += 1
        if self.token.kind in ("string", "raw"):
            raise NotPortable("two strings side by side")
        return token.text[2:-1] if token.kind == "raw" else unescape(token.text[1:-1])
