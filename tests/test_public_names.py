"""What `hotset` shows to the world is what it says."""

import subprocess
import sys
from types import ModuleType

import pytest

import hotset
from hotset import public


def test_all_names_everything_that_the_package_exposes() -> None:
    exposed = sorted(
        name
        for name, value in vars(public).items()
        if name in public.__all__ or not (name.startswith("_") or isinstance(value, ModuleType))
    )

    assert public.__all__ == exposed
    assert hotset.__all__ == exposed
    assert {*exposed} <= {*dir(hotset)}
    assert all(getattr(hotset, name) is getattr(public, name) for name in exposed)


def test_what_is_no_public_name_is_told_by_its_name() -> None:
    with pytest.raises(AttributeError, match="module 'hotset' has no attribute 'Daatset'"):
        _ = hotset.Daatset
    with pytest.raises(ImportError, match="cannot import name 'Daatset' from 'hotset'"):
        from hotset import Daatset  # noqa: F401


@pytest.mark.parametrize("module", ["hotset.rows.node", "hotset.rows.staging", "hotset.rows.group_map"])
def test_workers_start_without_the_public_names(module: str) -> None:
    asks = f"import sys, {module}; sys.exit('hotset.public' in sys.modules or 'hotset.params' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", asks], check=False).returncode == 0
