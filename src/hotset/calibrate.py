"""The command `hotset calibrate`: what each storage level costs on this machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import SparkSession
from rich.markup import escape

from hotset import run as way
from hotset.account import cache_dir
from hotset.memory.calibration import Calibration, calibration_file, load_calibration, machine_of, store_calibration
from hotset.memory.calibration import calibrate as measure
from hotset.params import CalibrateOptions
from hotset.report.console import make_console
from hotset.report.rates import rates_table
from hotset.session.spark import Wishes, open_session
from hotset.signals import Signals


def calibrate(options: CalibrateOptions) -> None:
    """Measure what each storage level costs on this machine, once, for level AUTO; show it as a table."""
    cache = cache_dir(os.environ)
    with _session(options) as spark:
        found = None if options.again else load_calibration(cache, machine_of(spark))
        calibration = found or measure(spark)
    file = calibration_file(cache, calibration.machine) if found else store_calibration(cache, calibration)
    console = make_console()
    console.print(rates_table(calibration.rates))
    if calibration.was_busy:
        console.print("[yellow]note:[/] the machine was busy; when it is idle, measure --again", highlight=False)
    told = "measured before" if found else f"measured in {calibration.seconds:.0f} s"
    console.print(f"{told}, at {calibration.taken}: {_machine(calibration)}", highlight=False, soft_wrap=True)
    console.print(f"stored  {escape(str(file))}", highlight=False, soft_wrap=True)


def _machine(calibration: Calibration) -> str:
    return escape(", ".join(f"{name} {value}" for name, value in calibration.machine.items() if value))


@contextmanager
def _session(options: CalibrateOptions) -> Iterator[SparkSession]:
    """Ended in order, or after a signal at once."""
    signals = Signals()
    opened = open_session(Wishes("hotset calibrate", way.asked(options)))
    signals.catch()
    try:
        yield opened.spark
    except KeyboardInterrupt:
        signals.ignore()
        opened.close(in_order=False)
        raise
    except BaseException:
        opened.close()
        raise
    opened.close()
