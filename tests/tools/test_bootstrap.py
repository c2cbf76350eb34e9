"""The set-up's decisions, without a network, a pip or a virtual environment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Nothing installs tools/: it runs before anything is installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tools.checkout import Checkout
from tools.trouble import BUG, FIX, NETWORK, SPACE, SetUpError

from tools import bootstrap, checkout, environment, fresh, trouble


@pytest.fixture
def place(tmp_path: Path) -> Checkout:
    """A checkout whose `.venv` has a Python and no stamp."""
    place = Checkout(tmp_path)
    place.python.parent.mkdir(parents=True)
    place.python.touch()
    place.lock("run").parent.mkdir()
    for kind in ("build", "run", "dev", "bench"):
        place.lock(kind).write_text(f"{kind}==1 \\\n    --hash=sha256:00\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    return place


@pytest.mark.parametrize(
    ("output", "code", "advice"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left", SPACE, "Free some"),
        ("OSError: [Errno 122] Disk quota exceeded", SPACE, "Free some"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", NETWORK, "cache purge"),
        ("PermissionError: [Errno 13] Permission denied: '/home/me/.cache/pip'", FIX, "sudo make"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]'))", NETWORK, "PIP_CERT"),
        (
            "WARNING: Retrying after connection broken by 'NewConnectionError(...)'\n"
            "ERROR: No matching distribution found for numpy==2.4.6",
            NETWORK,
            "https_proxy",
        ),
        ("ERROR: No matching distribution found for numpy==2.4.6", FIX, "PYTHON=python3.12"),
    ],
)
def test_explain_names_the_cause_and_what_to_do(output: str, code: int, advice: str) -> None:
    explained = trouble.explain(output, 1, "pip")

    assert explained.code == code
    assert advice in explained.message


def test_explain_quotes_the_tool_on_a_known_cause() -> None:
    output = "Collecting numpy\nERROR: No matching distribution found for numpy==2.4.6\nnotice"

    explained = trouble.explain(output, 1, "pip")

    assert "\n    ERROR: No matching distribution found for numpy==2.4.6" in explained.message


def test_explain_shows_which_package_was_not_the_locked_one() -> None:
    output = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES\n    rich==15 from index:\n  Expected 00\n  Got 11\n"

    explained = trouble.explain(output, 1, "pip")

    assert explained.message.endswith("HASHES\n    rich==15 from index:\n    Expected 00\n    Got 11")


def test_explain_shows_the_last_lines_of_an_unknown_failure() -> None:
    output = "\n".join(f"line {number}" for number in range(1, 31))

    explained = trouble.explain(output, 7, "pip")

    assert explained.code == BUG
    assert "exit code 7" in explained.message
    assert explained.message.splitlines()[1] == "    line 11"
    assert explained.message.splitlines()[-1] == "    line 30"


def test_explain_takes_a_kill_for_want_of_memory() -> None:
    assert trouble.explain("", -9, "pip").code == SPACE


def test_every_code_that_is_raised_is_in_the_table() -> None:
    raised = {code for _, code, _ in trouble.CAUSES} | {BUG, FIX, trouble.INTERRUPTED, trouble.TERMINATED}

    assert raised == set(trouble.EXIT_CODES)


def test_an_old_python_is_told_which_newer_one_is_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 8, 18, "final", 0))
    monkeypatch.setattr(bootstrap, "works", lambda command: command == "python3.12")

    with pytest.raises(SetUpError, match=r"3\.11 or newer is needed, got 3\.8\.18 .* PYTHON=python3\.12") as told:
        bootstrap.refuse_old_python()

    assert told.value.code == FIX


def test_an_old_python_alone_is_told_to_install_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 1, "final", 0))
    monkeypatch.setattr(bootstrap, "works", lambda _: False)

    with pytest.raises(SetUpError, match=r"got 3\.10\.1 .* Install a newer one"):
        bootstrap.refuse_old_python()


def test_the_running_python_is_new_enough() -> None:
    bootstrap.refuse_old_python()


def test_a_command_that_exists_but_does_not_run_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shim = tmp_path / "python3.12"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert not bootstrap.works("python3.12")
    assert not bootstrap.works("python3.13")


def test_wrong_usage_ends_with_a_message_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    code = bootstrap.main(["everything"])

    assert code == FIX
    assert capsys.readouterr().err == ("set-up: usage: python3 tools/bootstrap.py run|dev|bench, got ['everything']\n")


def test_a_recorded_set_up_is_ready(place: Checkout) -> None:
    assert not checkout.is_ready(place, "run")

    checkout.record(place, {"run"})

    assert checkout.is_ready(place, "run")
    assert not checkout.is_ready(place, "dev")


def test_dev_has_what_run_needs(place: Checkout) -> None:
    checkout.record(place, {"dev"})

    assert checkout.is_ready(place, "run")
    assert checkout.is_ready(place, "dev")


def test_a_set_up_of_one_kind_keeps_another_ready(place: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout.record(place, {"dev"})
    monkeypatch.setattr(environment, "is_usable", lambda _: True)
    monkeypatch.setattr(environment, "install", lambda *_: None)

    environment.set_up(place, "bench")

    assert checkout.ready_kinds(place) == {"run", "dev", "bench"}


def test_a_set_up_that_makes_the_environment_anew_forgets_the_other_kinds(
    place: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.record(place, {"dev"})
    for step in ("create", "install"):
        monkeypatch.setattr(environment, step, lambda *_: None)
    monkeypatch.setattr(environment, "is_usable", lambda _: False)

    environment.set_up(place, "bench")

    assert checkout.ready_kinds(place) == {"run", "bench"}


@pytest.mark.parametrize("changed", ["requirements/run.txt", "requirements/build.txt", "pyproject.toml"])
def test_a_changed_file_asks_for_a_new_set_up(place: Checkout, changed: str) -> None:
    checkout.record(place, {"run"})

    with (place.root / changed).open("a") as file:
        file.write("# more\n")

    assert not checkout.is_ready(place, "run")


def test_a_changed_dev_lock_leaves_run_ready(place: Checkout) -> None:
    checkout.record(place, {"dev"})

    place.lock("dev").write_text("dev==2\n")

    assert checkout.is_ready(place, "run")
    assert not checkout.is_ready(place, "dev")


def test_another_python_asks_for_a_new_set_up(place: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout.record(place, {"run"})

    monkeypatch.setattr(sys.implementation, "cache_tag", "cpython-399")

    assert not checkout.is_ready(place, "run")


def test_a_python_that_is_gone_asks_for_a_new_set_up(place: Checkout) -> None:
    checkout.record(place, {"run"})

    place.python.unlink()

    assert not checkout.is_ready(place, "run")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"run": 1}', '{"gone": "1"}'])
def test_a_damaged_stamp_asks_for_a_new_set_up(place: Checkout, text: str) -> None:
    place.stamp.write_text(text)

    assert not checkout.is_ready(place, "run")


def test_an_environment_made_for_another_path_is_not_usable(place: Checkout, tmp_path: Path) -> None:
    place.created.write_text(checkout.identity(Checkout(tmp_path / "elsewhere")))

    assert not environment.is_usable(place)


def test_an_environment_whose_python_does_not_start_is_not_usable(place: Checkout) -> None:
    place.created.write_text(checkout.identity(place))

    assert not environment.is_usable(place)


def test_only_packages_that_pip_finished_stay_installed(place: Checkout) -> None:
    packages = place.venv / "lib" / "python3.11" / "site-packages"
    for name, record in (("whole", "INSTALLER,,\n"), ("cut", "cut/__init__.py,,\n"), ("bare", None)):
        info = packages / f"{name}-1.dist-info"
        info.mkdir(parents=True)
        if record is not None:
            (info / "RECORD").write_text(record)
    (packages / "~hole").mkdir()

    environment.forget_half_installed(place)

    assert [path.name for path in packages.iterdir()] == ["whole-1.dist-info"]


def test_a_path_with_a_colon_is_refused() -> None:
    with pytest.raises(SetUpError, match="colon") as told:
        environment.check_place(Checkout(Path("/home/me/a:b")))

    assert told.value.code == FIX


def test_a_python_without_ensurepip_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/apt-get")

    with pytest.raises(SetUpError, match=r"apt install python3\.\d+-venv"):
        environment.check_place(Checkout(tmp_path))


def test_a_small_disk_is_refused_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "checkout").mkdir()
    monkeypatch.setattr(environment, "FIRST_TIME_MB", 10**12)

    with (tmp_path / "lock").open("wb") as lock, pytest.raises(SetUpError, match="MB of free disk") as told:
        environment.create(Checkout(tmp_path / "checkout"), lock)

    assert told.value.code == SPACE
    assert not (tmp_path / "checkout" / ".venv").exists()


def test_pip_is_impatient_unless_the_person_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_TIMEOUT", "99")
    monkeypatch.setenv("PIP_USER", "1")

    environ = environment.clean_environ()

    assert environ["PIP_RETRIES"] == "2"
    assert environ["PIP_TIMEOUT"] == "99"
    assert "PIP_DEFAULT_TIMEOUT" not in environ
    assert "PIP_USER" not in environ


def test_a_second_set_up_waits_for_the_first(place: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    place.venv.parent.joinpath(".tools").mkdir()
    holder = subprocess.Popen(
        [sys.executable, "-c", "import fcntl, sys, time; f = open(sys.argv[1], 'wb'); fcntl.flock(f, 2);"
         "print('held', flush=True); time.sleep(0.3)", place.root / ".tools" / "bootstrap.lock"],
        stdout=subprocess.PIPE,
    )  # fmt: skip
    with holder:
        assert holder.stdout is not None
        holder.stdout.readline()

        with environment.one_at_a_time(place):
            pass

    assert "another set-up of this checkout is at work" in capsys.readouterr().out


def test_a_package_pinned_for_two_pythons_counts_once(tmp_path: Path) -> None:
    lock = tmp_path / "run.txt"
    lock.write_text(
        "# made by make lock\n"
        "numpy==2.4 ; python_full_version < '3.12' \\\n    --hash=sha256:00\n"
        "numpy==2.5 ; python_full_version >= '3.12' \\\n    --hash=sha256:00\n"
        "rich==15.0 \\\n    --hash=sha256:00\n    # via hotset\n"
    )

    assert checkout.packages_in(lock) == 2


def test_no_lock_names_an_index() -> None:
    for lock in (bootstrap.ROOT / "requirements").glob("*.txt"):
        assert "://" not in lock.read_text()


@pytest.mark.parametrize("kind", ["dev", "bench"])
def test_each_kind_pins_what_run_and_build_pin(kind: str) -> None:
    assert pins("run") | pins("build") <= pins(kind)


def test_dev_and_bench_share_an_environment() -> None:
    versions = [dict(pin.split("==", 1) for pin in pins(kind) if ";" not in pin) for kind in ("dev", "bench")]

    differing = {name for name in versions[0].keys() & versions[1].keys() if versions[0][name] != versions[1][name]}

    assert not differing


def pins(kind: str) -> set[str]:
    lines = Checkout(bootstrap.ROOT).lock(kind).read_text().splitlines()
    return {line for line in lines if "==" in line and line[0].isalnum()}


def test_a_fresh_machine_keeps_its_network_and_nothing_else() -> None:
    environ = {"PIP_CERT": "a", "HTTPS_PROXY": "b", "SSL_CERT_FILE": "c", "JAVA_HOME": "d", "LANG": "e"}

    assert fresh.network(environ.items()) == {"PIP_CERT": "a", "HTTPS_PROXY": "b", "SSL_CERT_FILE": "c"}


def test_a_fresh_machine_has_nothing_that_lies_beside_a_java(tmp_path: Path) -> None:
    jdk = tmp_path / "some-jdk" / "bin"
    jdk.mkdir(parents=True)
    for name in ("java", "jshell"):
        (jdk / name).touch()
    (tmp_path / "jshell").symlink_to(jdk / "jshell")
    (tmp_path / "awk").touch()

    assert not fresh.is_wanted(tmp_path / "jshell")
    assert not fresh.is_wanted(tmp_path / "javac")
    assert fresh.is_wanted(tmp_path / "awk")
