"""Where Spark's event log goes: Spark writes to no directory that is not there, and its default never is."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pyspark import SparkContext

from hotset.account import state_dir
from hotset.errors import OutputError
from hotset.session.settings import Ask, winners

ENABLED, DIRECTORY = "spark.eventLog.enabled", "spark.eventLog.dir"
PRIVATE = 0o700


def event_log_asks(asks: Iterable[Ask]) -> tuple[Ask, ...]:
    """A private directory for the event logs, where somebody asks for them and does not say where."""
    won = winners(asks)
    if ENABLED not in won or won[ENABLED].value.lower() != "true" or DIRECTORY in won:
        return ()
    place = state_dir(os.environ) / "events"
    return (Ask(DIRECTORY, place.as_uri(), f"hotset, since {won[ENABLED].by} names none"),)


def make_event_directory(asks: Iterable[Ask]) -> None:
    """Makes the directory of the event logs, if it is one of this machine's. Raises OutputError where it cannot."""
    won = winners(asks)
    if ENABLED not in won or won[ENABLED].value.lower() != "true":
        return
    place = on_this_machine(won[DIRECTORY].value)
    if place is None:
        return
    try:
        place.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    except OSError as why:
        raise OutputError(
            f"cannot make {place} for Spark's event log: {why.strerror}; "
            f"give another place with --conf {DIRECTORY}=…, asked for by {won[DIRECTORY].by}"
        ) from None


def event_log(context: SparkContext) -> str | None:
    """The file or directory that this application's event log will be, for `hotset advise`; None where it has none."""
    jsc: Any = context._jsc
    with suppress(Exception):  # Spark's private matter: where it has another form, nothing is said
        logger = jsc.sc().eventLogger()
        if logger.isDefined():
            path = str(logger.get().logWriter().logPath())
            return str(on_this_machine(path) or path)
    return None


def on_this_machine(place: str) -> Path | None:
    """The path that Spark makes of this setting, as org.apache.spark.util.Utils.resolveURI does; None for elsewhere."""
    address = urlsplit(place)
    if not address.scheme:
        return Path(place)
    return Path(unquote(address.path)) if address.scheme == "file" else None
