"""How long a wrong command takes to be told so, through the two doors that start no JVM."""

from bench.work import HOTSET, PYTHON, ROOT, Program, Work

README = str(ROOT / "README.md")
DOORS = {"hotset": (HOTSET, "run", "wordcount"), "python": (PYTHON, str(ROOT / "jobs" / "run.py"), "wordcount")}
WRONG = {  # what is wrong -> arguments, exit code
    "unknown parameter": (("--input", README, "--output", "out/x", "--min-cuont", "2"), 2),
    "ill-typed parameter": (("--input", README, "--output", "out/x", "--min-count", "two"), 2),
    "missing input": (("--input", "nowhere", "--output", "out/x"), 3),
    "existing output": (("--input", README, "--output", "src"), 6),
}

WORK = Work(
    name="refusals",
    title="Wrong commands: until the message is there",
    programs=tuple(
        Program(
            name=f"{door}, {wrong}",
            label=f"`{door}`, {wrong}",
            whole=(*command, *arguments),
            exit_code=code,
        )
        for door, command in DOORS.items()
        for wrong, (arguments, code) in WRONG.items()
    ),
)
