"""A program says how far it is by files in a directory, and waits there if it is asked to."""

import os
import time
from pathlib import Path

MARKS = "FAULTS_MARKS"
LOOK_S = 0.005


def mark(phase: str) -> None:
    """Leaves `phase` in the directory of marks; goes on once no `phase.hold` lies there."""
    if directory := os.environ.get(MARKS):
        Path(directory, phase).touch()
        while Path(directory, f"{phase}.hold").exists():
            time.sleep(LOOK_S)
