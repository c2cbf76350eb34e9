"""The line that tells a person, once, that a slow start can be made faster."""

from hotset.session.archive import PRIVATE
from hotset.session.spark import Session

SLOW_START_S = 4.0


def offer(session: Session, start_up_seconds: float) -> str | None:
    """The line, after a slow start without the archive that could be; once for each Java and class path."""
    place = session.started.place if session.started else None
    if place is None or session.archive or start_up_seconds < SLOW_START_S:
        return None
    try:
        place.directory.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
        place.offered.touch(mode=0o600, exist_ok=False)
    except OSError:  # told before; or nothing can be kept here, an archive neither
        return None
    return (
        f"note: it took {start_up_seconds:.0f} s to start Spark; `hotset warm` makes it start faster from now on "
        f"(once, about a minute and 200 MB in {place.directory})"
    )
