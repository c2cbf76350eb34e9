"""The usual programs: jobs of hotset's, and the peers of bench/peers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.work import HOTSET, INPUT, OUTPUT, PYTHON, Command, Program

Read = Callable[[Path], Any]
ON_SPARK = ("--engine", "spark")


def job(name: str, label: str, arguments: Command, read: Read) -> Program:
    """`hotset run` with these arguments, INPUT and OUTPUT among them, on Spark; warm, in a session that stays up."""
    served = (PYTHON, "-m", "bench.ours.serve", *arguments)
    return Program(name, label, (HOTSET, "run", *arguments, *ON_SPARK), served, read)


def archived(name: str, label: str, arguments: Command, read: Read) -> Program:
    """The same after `hotset warm`: what that makes is for the start, and a warm program has started."""
    started = f"{label}, after `hotset warm`"
    return Program(f"{name}+archive", started, (HOTSET, "run", *arguments, *ON_SPARK), None, read, archive=True)


def local(name: str, label: str, arguments: Command, read: Read) -> Program:
    """The same without Spark, as is the default: `--engine local`. It has nothing to keep up."""
    command = (HOTSET, "run", *arguments, "--engine", "local")
    return Program(f"{name}+local", f"{label}, `--engine local`", command, None, read)


def peer(name: str, label: str, module: str, read: Read) -> Program:
    """`bench.peers.MODULE`, once or serving."""
    command = (PYTHON, "-m", f"bench.peers.{module}")
    return Program(name, label, (*command, INPUT, OUTPUT), (*command, "--serve"), read)
