#!/usr/bin/env python3
"""Set up `.venv` for this checkout: `python3 tools/bootstrap.py run|dev|bench`.

This file and `trouble.py` stay readable for Python 3.6, so that an old Python gets a message instead of a
syntax error; everything else is imported only after the version is known to be new enough.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# In front, and whole: Python put tools/ there, where its modules would have no package.
sys.path[0] = str(ROOT)

from tools.trouble import FIX, INTERRUPTED, SetUpError, explain, python_too_old  # noqa: E402

WANTED = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")
KINDS = ("run", "dev", "bench")


def works(command: str) -> bool:
    """True if `command` is on PATH and new enough; a pyenv shim may exist and still not run."""
    if shutil.which(command) is None:
        return False
    test = f"import sys; sys.exit(sys.version_info < {WANTED})"
    quiet = subprocess.DEVNULL
    return subprocess.call([command, "-c", test], stdin=quiet, stdout=quiet, stderr=quiet) == 0


def refuse_old_python() -> None:
    """Raise SetUpError if the running Python is too old, naming one that is not."""
    if tuple(sys.version_info) >= WANTED:
        return
    newer = next((command for command in NEWER if works(command)), "")
    found = ".".join(str(part) for part in sys.version_info[:3])
    raise python_too_old(found, sys.executable, ".".join(str(part) for part in WANTED), newer)


def tell(trouble: SetUpError) -> int:
    """The exit code of `trouble`, after its message."""
    print(f"set-up: {trouble.message}", file=sys.stderr)
    return trouble.code


def main(arguments: "list[str]") -> int:
    """The exit code of a set-up (trouble.EXIT_CODES), after telling the person what went wrong."""
    try:
        if len(arguments) != 1 or arguments[0] not in KINDS:
            raise SetUpError(FIX, f"usage: python3 tools/bootstrap.py {'|'.join(KINDS)}, got {arguments}")
        refuse_old_python()
        from tools import checkout, environment

        environment.set_up(checkout.Checkout(ROOT), arguments[0])
    except SetUpError as trouble:
        return tell(trouble)
    except OSError as error:  # a full or foreign disk can refuse any write
        return tell(explain(str(error), 1, "the set-up"))
    except KeyboardInterrupt:
        print("\nset-up: interrupted; run the same command again and it continues.", file=sys.stderr)
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
