"""Whether the value of a Spark setting is one at all: a size, a time, a number, true or false.

Before a JVM starts that is known of what decides how it starts, and of the settings that people give most. Spark knows
it of all of its own, once its JVM is up: its converters are asked before there is a session.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from py4j.protocol import Py4JError, Py4JJavaError
from pyspark import SparkContext
from pyspark.errors import PySparkException

from hotset.errors import UsageError
from hotset.session.settings import Ask, winners

LEAST_HEAP_BYTES = 450 * 2**20  # UnifiedMemoryManager: one and a half times what it reserves
LARGEST_INT = 2**31 - 1
SHIFTS = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}


@dataclass(frozen=True)
class Kind:
    """What values are, how one is written, and the pattern of all."""

    name: str
    example: str
    pattern: str


SIZE = Kind("a size", "512m or 2g", r"-?[0-9]{1,18}([kmgtp]b?|b)?")
HEAP = Kind("a size of at least 450m", "512m or 2g", r"[0-9]{1,18}[kmgt]?")  # Java's own: no 2gb, no 1.5g
TIME = Kind("a time", "30s or 500ms", r"-?[0-9]{1,18}(us|ms|s|m|min|h|d)?")
WHOLE = Kind("a whole number", "4", r"[+-]?[0-9]{1,10}")
NUMBER = Kind("a number", "0.6", r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?[df]?")
SWITCH = Kind("true or false", "true", r"true|false")

# settings by the ends of their names; tests hold them against Spark's own list
KNOWN: tuple[tuple[str, Kind], ...] = (
    (r"spark\.driver\.memory", HEAP),
    (r"spark\.(driver|executor)\.(m|minM)emoryOverhead|spark\.executor\.(pyspark\.)?memory", SIZE),
    (r"spark\.driver\.maxResultSize|spark\.kryoserializer\.buffer(\.max)?|spark\.memory\.offHeap\.size", SIZE),
    (r"spark\.sql\.files\.maxPartitionBytes|spark\.shuffle\.file\.buffer|spark\.reducer\.maxSizeInFlight", SIZE),
    (r"spark\.(driver|executor)\.cores|spark\.cores\.max|spark\.executor\.instances|spark\.task\.cpus", WHOLE),
    (r"spark\.default\.parallelism|spark\.sql\.shuffle\.partitions|spark\.task\.maxFailures", WHOLE),
    (r"spark\.(ui|driver|blockManager|driver\.blockManager)\.port|spark\.port\.maxRetries", WHOLE),
    (r"spark\.memory\.(fraction|storageFraction)", NUMBER),
    (r"spark\.network\.timeout|spark\.executor\.heartbeatInterval|spark\.locality\.wait", TIME),
    (r"spark\.(?!hadoop\.).*\.enabled", SWITCH),
)
# what Spark calls its kinds, in its words on a value that is none
IN_SPARKS_WORDS = {"bytes": SIZE, "time": TIME, "int": WHOLE, "long": WHOLE, "double": NUMBER, "boolean": SWITCH}
# classes that make Spark's settings known
REGISTRIES = ("internal.config.package$", "sql.internal.SQLConf$", "sql.internal.StaticSQLConf$")
REFUSED = re.compile(r"INVALID_(CONF_VALUE|(DRIVER|EXECUTOR)_MEMORY)|(Size|Time) must be specified as")


def check_values(asks: Iterable[Ask]) -> None:
    """Raises UsageError for a value that is none, of those that are known without Spark; `asks` by their rank."""
    for ask in winners(asks).values():
        kind = next((kind for pattern, kind in KNOWN if re.fullmatch(pattern, ask.key)), None)
        if kind and not _is_one(ask.value, kind):
            raise _no_value(ask, kind)


def _is_one(value: str, kind: Kind) -> bool:
    if "${" in value:  # Spark puts in what a variable stands for
        return True
    text = (value if kind is HEAP else value.strip()).lower()
    if not re.fullmatch(kind.pattern, text):
        return False
    if kind is HEAP:
        return int(text.rstrip("kmgt")) << SHIFTS[text.lstrip("0123456789")] >= LEAST_HEAP_BYTES
    return kind is not WHOLE or abs(int(text)) <= LARGEST_INT


def check_values_with_spark(asks: Iterable[Ask]) -> None:
    """Raises UsageError for what Spark's own converters refuse of the settings that it knows; its JVM is up."""
    jvm: Any = SparkContext._jvm
    theirs = [ask for ask in winners(asks).values() if not ask.by.startswith("hotset")]
    if not theirs or jvm is None:
        return
    with suppress(Py4JError):  # another Spark than ours may have it elsewhere; it then says so itself, later
        for name in REGISTRIES:
            jvm.java.lang.Class.forName(f"org.apache.spark.{name}")
        entries = getattr(getattr(jvm.org.apache.spark.internal.config, "ConfigEntry$"), "MODULE$")
        for ask in theirs:
            _check_with(entries.findEntry(ask.key), ask)


def _check_with(entry: Any, ask: Ask) -> None:
    if entry is None or "${" in ask.value:
        return
    try:
        with suppress(ValueError):  # py4j does not know every number that comes back
            entry.valueConverter().apply(ask.value)
    except (Py4JJavaError, PySparkException) as why:
        raise _in_our_words(ask, _text(why)) from None


def refused_value(exception: BaseException, asks: Iterable[Ask]) -> UsageError | None:
    """What an exception says that comes of a setting, when a session is made; None for any other."""
    if not isinstance(exception, Py4JError | PySparkException):
        return None
    text = _text(exception)
    if not REFUSED.search(text):
        return None
    said = _sentence(next(line for line in text.splitlines() if REFUSED.search(line)))
    named = next((ask for ask in winners(asks).values() if re.search(rf"{re.escape(ask.key)}\b", text)), None)
    return UsageError(f"{said}; mend {named.key} of {named.by}" if named else f"{said}; mend that setting")


def _in_our_words(ask: Ask, text: str) -> UsageError:
    found = re.search(r"It should be an?(?:/an)? '(\w+)", text)
    kind = IN_SPARKS_WORDS.get(found[1]) if found else None
    if kind:
        return _no_value(ask, kind)
    return UsageError(f"{ask.key} cannot be {ask.value!r} from {ask.by}: {_sentence(text)}")


def _no_value(ask: Ask, kind: Kind) -> UsageError:
    return UsageError(f"{ask.key} is {kind.name}, got {ask.value!r} from {ask.by}; write it like {kind.example}")


def _text(exception: BaseException) -> str:
    java: Any = getattr(exception, "java_exception", None)
    return str(java.getMessage()) if java is not None else str(exception)


def _sentence(text: str) -> str:
    """Spark's first line without its names of classes and states."""
    line = re.sub(r"^(: )?([\w.]+(Exception|Error): )?(\[[\w.]+\] )?| SQLSTATE: .*", "", text.strip().splitlines()[0])
    return line.rstrip(".")[:300]
