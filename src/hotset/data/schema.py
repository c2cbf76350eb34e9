"""Columns in Spark's DDL, read without Spark.

"word string, n bigint not null"  --parse_columns-->  StructType

The grammar is that of Spark 4.3 (SqlBaseParser.g4: colTypeList, complexColTypeList, dataType), without collations and
geometries. A column may be `n bigint` or `n: bigint`, and all of them may stand inside of `struct<…>`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    BooleanType,
    ByteType,
    CalendarIntervalType,
    CharType,
    DataType,
    DateType,
    DayTimeIntervalType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegerType,
    LongType,
    MapType,
    NullType,
    ShortType,
    StringType,
    StructField,
    StructType,
    TimestampNTZType,
    TimestampType,
    TimeType,
    VarcharType,
    VariantType,
    YearMonthIntervalType,
)

TOKEN = re.compile(
    r"(?P<blank>[ \t\n\f\r\v\u00a0\u1680\u2000-\u200a\u2028\u202f\u205f\u3000]+|--(?:\\\n|[^\r\n])*\r?\n?)"
    r"|(?P<quoted>`(?:[^`]|``)*`)"
    r"|(?P<text>'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|[rR]'[^']*'|[rR]\"[^\"]*\")"
    r"|(?P<word>[A-Za-z0-9_]+)"
    r"|(?P<sign>[(),:<>])",
    re.DOTALL,
)
IN_COMMENT = re.compile(r"/\*|\*/")
NUMBER = re.compile(r"\d+(l|s|y|d|f|bd|e\d+)?", re.IGNORECASE)  # which is no name

SIMPLE: Mapping[str, Callable[[], DataType]] = {
    "boolean": BooleanType,
    "tinyint": ByteType,
    "byte": ByteType,
    "smallint": ShortType,
    "short": ShortType,
    "int": IntegerType,
    "integer": IntegerType,
    "bigint": LongType,
    "long": LongType,
    "float": FloatType,
    "real": FloatType,
    "double": DoubleType,
    "string": StringType,
    "binary": BinaryType,
    "date": DateType,
    "timestamp_ltz": TimestampType,
    "timestamp_ntz": TimestampNTZType,
    "void": NullType,
    "variant": VariantType,
}
MOST_DIGITS = 38  # of a decimal
MOST_FRACTION = 9  # digits of a second
DAY_TIMES = ("day", "hour", "minute", "second")
YEAR_MONTHS = ("year", "month")
LONGEST_TEXT = 2**31 - 1  # characters of a varchar
ZONES: Mapping[str, Callable[[], DataType]] = {"without": TimestampNTZType, "with": TimestampType}
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a", "%": "\\%", "_": "\\_"}
ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.))", re.DOTALL)


class DDLError(ValueError):
    """What is no list of columns: the reason."""


def _decimal(_: str, precision: int = 10, scale: int = 0) -> DataType:
    if scale > precision or not 0 < precision <= MOST_DIGITS:
        raise DDLError(f"a decimal has from 1 to {MOST_DIGITS} digits, and no more of them behind the point")
    return DecimalType(precision, scale)


def _text_type(word: str, length: int = 0) -> DataType:
    if length > LONGEST_TEXT:
        raise DDLError(f"a text has at most {LONGEST_TEXT} characters, got {length}")
    if not length:
        raise DDLError(f"{word} needs a length, as in {word}(10)")
    return VarcharType(length) if word == "varchar" else CharType(length)


def _time(_: str, digits: int = 6) -> DataType:
    if digits > MOST_FRACTION:
        raise DDLError(f"a time has at most {MOST_FRACTION} digits of a second, got {digits}")
    return TimeType(digits)


# how many numbers may stand in brackets
SIZED: Mapping[str, tuple[int, Callable[..., DataType]]] = {
    **dict.fromkeys(("decimal", "dec", "numeric"), (2, _decimal)),
    **dict.fromkeys(("char", "character", "varchar"), (1, _text_type)),
    "time": (1, _time),
}


def parse_columns(text: str, *, ntz: bool = False) -> StructType:
    """The columns. `ntz`: `timestamp` alone has no zone, as with spark.sql.timestampType=TIMESTAMP_NTZ.

    Raises DDLError.
    """
    parser = _Parser(text, _tokens(text), ntz)
    if [token.text.lower() for token in parser.tokens[:2]] == ["struct", "<"]:
        schema = parser.data_type()
        assert isinstance(schema, StructType)
    else:
        schema = StructType(parser.fields())
    parser.end()
    return schema


@dataclass(frozen=True)
class _Token:
    text: str
    kind: str
    place: int


def _tokens(text: str) -> list[_Token]:
    tokens, place = [], 0
    while place < len(text):
        if text.startswith("/*", place) and not text.startswith("/*+", place):
            place = _end_of_comment(text, place)
            continue
        found = TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            raise DDLError(f"unexpected {text[place]!r} at character {place + 1}; put an odd name into back-ticks")
        if found.lastgroup != "blank":
            tokens.append(_Token(found[0], found.lastgroup, place))
        place = found.end()
    return tokens


def _end_of_comment(text: str, start: int) -> int:
    """Comments may stand inside of comments."""
    depth = 0
    for found in IN_COMMENT.finditer(text, start):
        depth += 1 if found[0] == "/*" else -1
        if not depth:
            return found.end()
    raise DDLError(f"the comment at character {start + 1} has no end")


@dataclass
class _Parser:
    """By recursive descent; `at` is the token that comes next."""

    text: str
    tokens: list[_Token]
    ntz: bool
    at: int = 0

    def fields(self) -> list[StructField]:
        fields = [self._field()]
        while self._takes(","):
            fields.append(self._field())
        return fields

    def end(self) -> None:
        if self.at < len(self.tokens):
            raise self._unexpected()

    def _field(self) -> StructField:
        name = self._name()
        self._takes(":")
        kind, nullable, metadata = self.data_type(), True, {}
        if self._takes("not"):
            self._expect("null")
            nullable = False
        if self._takes("comment"):
            metadata["comment"] = self._literal()
        return StructField(name, kind, nullable, metadata)

    def data_type(self) -> DataType:
        word = self._word("a type")
        if word == "array":
            self._expect("<")
            return ArrayType(self._closed(self.data_type()))
        if word == "map":
            self._expect("<")
            key = self.data_type()
            self._expect(",")
            return MapType(key, self._closed(self.data_type()))
        if word == "struct":
            self._expect("<")
            return StructType([]) if self._takes(">") else self._closed(StructType(self.fields()))
        if word == "interval":
            return self._interval()
        return self._sized(word)

    def _closed(self, kind: DataType) -> DataType:
        self._expect(">")
        return kind

    def _sized(self, word: str) -> DataType:
        """What may have numbers in brackets."""
        sizes = self._sizes()
        if word in SIZED and len(sizes) <= SIZED[word][0]:
            kind = SIZED[word][1](word, *sizes)
            return self._zoned(kind, "without") if word == "time" else kind
        if sizes or word not in (*SIMPLE, "timestamp"):
            raise DDLError(f"there is no type {word}{tuple(sizes) or ''}".replace(",)", ")"))
        if word == "timestamp":
            return self._zoned(TimestampNTZType() if self.ntz else TimestampType(), *ZONES)
        return SIMPLE[word]()

    def _zoned(self, kind: DataType, *words: str) -> DataType:
        """The type that `with local time zone` or `without time zone` makes of it."""
        for word in words:
            if self._takes(word):
                for expected in ("local", "time", "zone") if word == "with" else ("time", "zone"):
                    self._expect(expected)
                return kind if isinstance(kind, TimeType) else ZONES[word]()
        return kind

    def _sizes(self) -> list[int]:
        sizes: list[int] = []
        if not self._takes("("):
            return sizes
        while True:
            word = self._word("a number")
            if not word.isdecimal():
                raise DDLError(f"a size is a whole number, got {word!r}")
            sizes.append(int(word))
            if self._takes(")"):
                return sizes
            self._expect(",")

    def _interval(self) -> DataType:
        for units, kind in ((YEAR_MONTHS, YearMonthIntervalType), (DAY_TIMES, DayTimeIntervalType)):
            if (first := self._next_word()) in units:
                self.at += 1
                start = last = units.index(first)
                if self._takes("to"):
                    unit = self._word("a unit of time")
                    last = units.index(unit) if unit in units else -1
                    if last <= start:
                        raise DDLError(f"an interval is from a longer unit to a shorter one, got {first} to {unit}")
                return kind(start, last)
        return CalendarIntervalType()

    def _name(self) -> str:
        token = self._peek("a column's name")
        if token.kind == "quoted":
            self.at += 1
            return token.text[1:-1].replace("``", "`")
        if token.kind != "word" or NUMBER.fullmatch(token.text):
            raise self._unexpected()
        self.at += 1
        return token.text

    def _literal(self) -> str:
        if self._peek("a text").kind != "text":
            raise self._unexpected()
        texts = []
        while self.at < len(self.tokens) and self.tokens[self.at].kind == "text":
            texts.append(_unescaped(self.tokens[self.at].text))
            self.at += 1
        return "".join(texts)

    def _word(self, wanted: str) -> str:
        token = self._peek(wanted)
        if token.kind != "word":
            raise self._unexpected()
        self.at += 1
        return token.text.lower()

    def _next_word(self) -> str:
        return self.tokens[self.at].text.lower() if self.at < len(self.tokens) else ""

    def _takes(self, text: str) -> bool:
        """Goes on if this comes next."""
        found = self._next_word() == text
        self.at += found
        return found

    def _expect(self, text: str) -> None:
        if not self._takes(text):
            self._peek(repr(text))
            raise self._unexpected(f", {text!r} is expected")

    def _peek(self, wanted: str) -> _Token:
        if self.at == len(self.tokens):
            raise DDLError(f"{wanted} is missing at the end")
        return self.tokens[self.at]

    def _unexpected(self, more: str = "") -> DDLError:
        token = self.tokens[self.at]
        return DDLError(f"unexpected {token.text!r} at character {token.place + 1}{more}")


def _unescaped(text: str) -> str:
    """What a literal says; its quote may stand in it twice, and nothing is escaped behind an r."""
    if text[0] in "rR":
        return text[2:-1]
    inner = text[1:-1].replace(text[0] * 2, text[0])
    return ESCAPED.sub(_escaped, inner)


def _escaped(found: re.Match[str]) -> str:
    if found[4]:
        return ESCAPES.get(found[4], found[4])
    return chr(int(found[1] or found[2], 16) if found[1] or found[2] else int(found[3], 8))
