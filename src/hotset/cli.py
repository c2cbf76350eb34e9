"""The command `hotset`. A run begins at once; whatever else there is, is imported where it is asked for."""

import sys
from typing import NoReturn


def main() -> NoReturn:
    arguments = sys.argv[1:]
    names_a_job = len(arguments) > 1 and not arguments[1].startswith("-")
    if names_a_job and arguments[0] == "run":
        from hotset.run import main as run_job

        run_job(arguments[1], arguments[2:])
    if names_a_job and arguments[0] == "lab":
        from hotset.lab.command import main as measure_job

        measure_job(arguments[1], arguments[2:])
    from hotset.commands import run_command

    run_command(arguments)
