"""Who asks for which setting, and who wins: `--conf` > properties file > the site's own > ours."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from io import StringIO
from pathlib import Path

import javaproperties

from hotset.errors import UsageError
from hotset.given import read_given
from hotset.session.machine import Machine

MIB = 1024**2
SERIAL_CORES = 2
SMALL_INPUT_BYTES = 50_000_000
MOST_THREADS = 10_000  # each takes a thread and a Python worker

# They change what a job computes, so they hold on every master, and the key of a run contains them.
RESULT_DEFAULTS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.timestampType": "TIMESTAMP_LTZ",  # what `timestamp` alone means in DDL
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",  # as Arrow writes them, not INT96
}

# They keep what is nobody else's business out of logs and pages, on every master.
SAFE_DEFAULTS = {
    "spark.ui.killEnabled": "false",  # the page has no login
    "spark.redaction.regex": r"(?i)secret|password|passwd|token|access[._-]?key|api[._-]?key|credential"
    r"|conn(ection)?[._-]?(str|string|url)|sas|jwt|private",
}

# Read when a JVM starts: whoever starts it decides, and a later wish changes nothing.
LAUNCH_KEYS = frozenset(
    f"spark.driver.{name}"
    for name in ("memory", "defaultJavaOptions", "extraJavaOptions", "extraClassPath", "extraLibraryPath")
)


@dataclass(frozen=True)
class Ask:
    """One wish: this setting to this value, by whom."""

    key: str
    value: str
    by: str


def winners(asks: Iterable[Ask]) -> dict[str, Ask]:
    """For each setting the first wish; `asks` come in the order of their rank."""
    won: dict[str, Ask] = {}
    for ask in asks:
        won.setdefault(ask.key, ask)
    return won


def changes_results(key: str) -> bool:
    """Whether the same job on the same input may give another answer under another value of this setting."""
    return key in RESULT_DEFAULTS or key == "spark.sql.caseSensitive" or key.startswith("spark.sql.legacy.")


def command_line_asks(conf: Iterable[str], master: str | None) -> list[Ask]:
    """`--conf KEY=VALUE` and `--master`. Raises UsageError on anything else."""
    asks = [] if master is None else [Ask("spark.master", master, "--master")]
    for pair in reversed(list(conf)):  # of two for one setting the later wins, as for spark-submit
        key, equals, value = pair.partition("=")
        if not (equals and key.startswith("spark.")):
            got = f"{key}=…" if equals else key  # the value may be a secret
            raise UsageError(f"--conf takes spark.NAME=VALUE, got {got!r}")
        asks.append(Ask(key, value, "--conf"))
    return asks


def check_master(master: str) -> None:
    """Raises UsageError for what no Spark can mean; told before a JVM starts."""
    threads = re.fullmatch(r"local\[([0-9]+|\*)(?:\s*,\s*[0-9]{1,9})?\]", master)
    if threads and threads[1] != "*" and not 1 <= int(threads[1][:9]) <= MOST_THREADS:
        raise UsageError(
            f"a master has from 1 to {MOST_THREADS} threads, got {master!r}; local[*] has one for each core"
        )
    cluster = r"local-cluster\[(\s*[0-9]{1,9}\s*,){2}\s*[0-9]{1,9}\s*\]"
    if not threads and not re.fullmatch(rf"local|{cluster}|(spark|k8s)://.+|yarn", master):
        raise UsageError(f"no Spark master is written {master!r}; give local[2], spark://host:7077 or yarn")


def file_asks(file: Path, by: str) -> list[Ask]:
    """The settings of a properties file. Raises UsageError when it cannot be read."""
    try:
        properties = javaproperties.loads(read_given(file))
    except OSError as why:
        raise UsageError(f"cannot read the properties file {str(file)!r}: {why.strerror}") from None
    except ValueError as why:
        raise UsageError(f"{str(file)!r} is no properties file in UTF-8: {why}") from None
    return [Ask(key, value.strip(), by) for key, value in properties.items() if key.startswith("spark.")]


def own_asks(master: str, machine: Machine, *, own_log: bool = False, input_bytes: int | None = None) -> list[Ask]:
    """Our defaults: those for results and safety on every master, and on this machine's own those of conf/local.conf.

    With `own_log` the JVM is told to keep its log short, in the way of conf/log4j2.properties.
    """
    session = [*result_defaults(), *(Ask(key, value, "hotset") for key, value in SAFE_DEFAULTS.items())]
    if not master.startswith("local"):
        return session
    if master.startswith("local-cluster["):
        # its executors are as large as the master's own text says: local-cluster[executors, cores, MiB]
        session.append(Ask("spark.executor.memory", f"{master.rstrip(']').rpartition(',')[2].strip()}m", "hotset"))
    heap = Ask("spark.driver.memory", f"{machine.heap_bytes // MIB}m", f"hotset, from {machine.memory_by}")
    options, by = _java_options(machine, input_bytes)
    options += [f"-Dlog4j2.configurationFile={LOG4J.as_uri()}"] if own_log else []
    if options:
        session.append(Ask("spark.driver.defaultJavaOptions", " ".join(options), by))
    return [*session, heap, *file_asks(conf_file("local.conf"), "hotset, conf/local.conf")]


def _java_options(machine: Machine, input_bytes: int | None) -> tuple[list[str], str]:
    """Flags for the collector and the compilers, and why these."""
    options, by = [], "hotset"
    if machine.cores <= SERIAL_CORES:
        # with two cores a collector's own threads take from the tasks, and cost time to start
        options.append("-XX:+UseSerialGC")
        by += f", for {machine.cores} cores by {machine.cores_by}"
    if input_bytes is not None and input_bytes < SMALL_INPUT_BYTES:
        # the run is over before the second compiler has paid for itself
        options.append("-XX:TieredStopAtLevel=1")
        by += f", for {input_bytes:,} bytes of input in the JVM"
    return options, by


def result_defaults() -> list[Ask]:
    return [Ask(key, value, "hotset") for key, value in RESULT_DEFAULTS.items()]


def default_master(machine: Machine) -> Ask:
    return Ask("spark.master", f"local[{machine.cores}]", f"hotset, from {machine.cores_by}")


def conf_file(name: str) -> Path:
    """A file of conf/: inside the installed package, or beside src/ in a checkout."""
    installed = Path(str(resources.files("hotset"))) / "conf" / name
    return installed if installed.is_file() else Path(__file__).parents[3] / "conf" / name


def as_properties(settings: Mapping[str, str]) -> str:
    """The settings in Java's properties format, escaped as Spark's own reader expects."""
    text = StringIO()
    javaproperties.dump(settings, text, separator=" ", timestamp=None)
    return text.getvalue()


LOG4J = conf_file("log4j2.properties")
