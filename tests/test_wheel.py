import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_wheel_carries_the_settings_and_names_the_jobs(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]

    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)

    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = wheel.namelist()
        entry_points = next(wheel.read(name).decode() for name in names if name.endswith("entry_points.txt"))
    assert {"hotset/conf/local.conf", "hotset/conf/log4j2.properties", "hotset/py.typed"} <= set(names)
    assert {"hotset/jobs/wordcount/job.py", "hotset/jobs/wordcount/kernel.py"} <= set(names)
    assert "hotset = hotset.cli:main" in entry_points
