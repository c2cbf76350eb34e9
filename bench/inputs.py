"""What the programs read, and the true answers: made once for each generator, size and seed, then kept."""

import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.work import Data


def made_input(data: Data, size: int, seed: int, scratch: Path) -> Path:
    """The file or directory that `data` describes."""
    path = scratch / "inputs" / f"{data.kind}-{size}-seed{seed}{data.suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make_whole(path, lambda new: data.write(new, size, seed))
    return path


def true_answer(data: Data, path: Path) -> Any:
    """What every program has to find in the input at `path`."""
    kept = path.with_name(f"{path.name}.answer")
    if not kept.exists():
        _make_whole(kept, lambda new: new.write_bytes(pickle.dumps(data.answer(path))))
    return pickle.loads(kept.read_bytes())


def _make_whole(path: Path, make: Callable[[Path], object]) -> None:
    """`path` appears when it is complete, so that a killed bench leaves no half of it to be taken for the whole."""
    new = path.with_name(f"{path.name}.new")
    if new.is_dir():
        shutil.rmtree(new)
    new.unlink(missing_ok=True)
    make(new)
    new.rename(path)
