"""The publishing step alone, without Spark: small versions made elsewhere follow one another at one place.

    python -m faults.programs.publisher OUTPUT

A line on standard input is the first generation; a process is forked that publishes this one and the next ones, and its
id is said. Whoever reads it ends that process, and is told how it ended. All this in milliseconds: nothing is imported
again.
"""

import os
import secrets
import sys
import traceback
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from faults.small import LINES, PARTS, text_of
from hotset.data.claim import Claims
from hotset.data.contents import describe_files
from hotset.data.manifest import MANIFEST_NAME, Maker, Manifest
from hotset.data.rename import sync


def main(output: Path) -> None:
    for line in sys.stdin:
        if child := os.fork():
            say(child)
            say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        else:
            publish_on(output, int(line))


def publish_on(output: Path, first: int) -> None:
    """Never returns."""
    try:
        for generation in count(first):
            publish(output, generation)
    except BaseException:
        traceback.print_exc()
    os._exit(1)


def publish(output: Path, generation: int) -> None:
    """What `Run.publish` does once Spark has written: describe, seal, put in place."""
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    claims = Claims(run_id, "publisher", "replace")
    claim = claims.take(output)
    with claim.staged() as version:
        version.mkdir()
        for part in range(PARTS):
            (version / f"part-{part:05}-{run_id}.txt").write_bytes(text_of(generation))
        maker = Maker("publisher", run_id, run_id, "now", "0")
        manifest = Manifest("value string", "text", PARTS * LINES, describe_files(version, "text"), (maker,))
        (version / MANIFEST_NAME).write_text(manifest.as_json(), encoding="utf-8")
        for path in (*version.iterdir(), version):
            sync(path)
        claim.put_in_place(version)
    claims.release()


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
