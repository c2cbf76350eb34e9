"""What can go wrong while a checkout is set up, told in one paragraph each: what happened, what to do.

Written so that Python 3.6 can still read it: an old Python must get a message, not a syntax error.
"""

import re

BUG, FIX, NETWORK, SPACE, INTERRUPTED, TERMINATED = 1, 2, 3, 8, 130, 143

EXIT_CODES = {
    BUG: "not foreseen here; the last lines of the log are shown",
    FIX: "something on this machine has to change first: Python, a package, a path, a permission",
    NETWORK: "packages could not be downloaded, or were not the ones that the locks name",
    SPACE: "not enough disk or memory",
    INTERRUPTED: "interrupted by Ctrl-C; the next call continues",
    TERMINATED: "terminated; the next call continues",
}

TAIL_LINES = 20


class SetUpError(Exception):
    """An end that the person can understand: one of EXIT_CODES and a paragraph."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


# The order matters: pip also warns about connections in runs that fail for another reason, and it says
# "No matching distribution" when the true reason is the connection.
CAUSES = (
    (
        r"No space left on device|Disk quota exceeded|\[Errno (28|122)\]",
        SPACE,
        "The disk is full: the set-up could not write its files. Free some space and run the same command "
        "again; it continues where it stopped.",
    ),
    (
        r"DO NOT MATCH THE HASHES",
        NETWORK,
        "A downloaded package is not the one that requirements/*.txt names (its hash differs), so it was not "
        "installed. A damaged download or a proxy that changes files is the usual reason: run "
        "'python3 -m pip cache purge' and try again; if it stays, do not go on, and tell the maintainers.",
    ),
    (
        r"Permission denied|\[Errno (13|30)\]|Read-only file system",
        FIX,
        "A file could not be written for lack of permission; its name is below. Make the "
        "checkout and your home directory's pip cache yours (an earlier 'sudo make' is the usual reason).",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError",
        NETWORK,
        "The package index could not be trusted: its TLS certificate was not accepted. On a company network, "
        "point PIP_CERT at the company's certificate bundle and run the same command again.",
    ),
    (
        r"ConnectionError|ConnectTimeout|ReadTimeout|Read timed out|ProxyError|ProtocolError|HTTPError"
        r"|Connection (refused|reset|aborted|broken)|Name or service not known|name resolution"
        r"|Network is unreachable|Could not fetch URL|IncompleteRead",
        NETWORK,
        "The package index could not be reached. Check the network (behind a proxy set https_proxy, with an "
        "index of your own set PIP_INDEX_URL) and run the same command again; it continues where it stopped.",
    ),
    (
        r"No matching distribution found|Could not find a version that satisfies",
        FIX,
        "The package index has no build of a pinned package (named below) for this Python and machine. "
        "Python 3.11 to 3.14 on Linux (glibc) or macOS have all of them: add PYTHON=python3.12, say, to the "
        "make command.",
    ),
    (
        r"ensurepip",
        FIX,
        "This Python cannot make a virtual environment with pip in it (its 'ensurepip' does not work).",
    ),
)


def explain(output: str, returncode: int, doing: str) -> SetUpError:
    """The trouble behind a failed command: its cause where known, else the tail of what it said."""
    shown = "\n".join("    " + line for line in output.strip().splitlines()[-TAIL_LINES:])
    for pattern, code, message in CAUSES:
        if re.search(pattern, output):
            return SetUpError(code, f"{message}\n{relevant_lines(output, pattern)}")
    if returncode == -9:
        return SetUpError(SPACE, f"{doing} was killed, probably for want of memory; free some and try again.")
    return SetUpError(BUG, f"{doing} failed with exit code {returncode}; it ended with\n{shown}")


def relevant_lines(output: str, pattern: str) -> str:
    """The cause in the tool's own words: where it first says "error", with what stands just around it."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [place for place, line in enumerate(lines) if line.upper().startswith("ERROR")]
    causes = [place for place, line in enumerate(lines) if re.search(pattern, line)]
    start = (errors or causes)[0]
    return "\n".join("    " + line[:200] for line in lines[max(0, start - 1) : start + 4])


def python_too_old(found: str, executable: str, wanted: str, newer: str) -> SetUpError:
    """The trouble of a Python that is too old; `newer` is a command that would do, or empty."""
    if newer:
        remedy = f"{newer} is on your PATH and will do: add PYTHON={newer} to the make command."
    else:
        remedy = "Install a newer one, from your system's packages or python.org, and run this again."
    return SetUpError(FIX, f"Python {wanted} or newer is needed, got {found} ({executable}). {remedy}")


def no_ensurepip(version: str, has_apt: bool) -> SetUpError:
    """The trouble of a Python whose `venv` or `ensurepip` was split off by the system's packagers."""
    if has_apt:
        remedy = f"Run 'sudo apt install python{version}-venv', then the same command again."
    else:
        remedy = "Install your system's package for them, then run the same command again."
    missing = "its module 'venv' or 'ensurepip' is missing"
    return SetUpError(FIX, f"Python {version} here cannot make virtual environments: {missing}. {remedy}")


def bad_path(path: str) -> SetUpError:
    """The trouble of a checkout under a path that virtual environments cannot live in."""
    return SetUpError(
        FIX,
        f"The checkout's path contains a colon, which separates paths in PATH, got {path}; "
        "virtual environments do not work there. Move or clone the checkout to a path without one.",
    )


def not_writable(path: str) -> SetUpError:
    """The trouble of a checkout in which nothing can be created."""
    remedy = "Clone the project to a place that is yours, or change the owner of this one."
    return SetUpError(FIX, f"Cannot write to {path}. {remedy}")


def no_space(path: str, free_mb: int, needed_mb: int) -> SetUpError:
    """The trouble of a disk too small for a first set-up."""
    return SetUpError(
        SPACE,
        f"The set-up needs {needed_mb} MB of free disk under {path}, got {free_mb} MB. "
        "Free some space, or clone the project to a larger disk.",
    )
