"""What is broken: hotset, and PySpark alone as it is commonly used."""

from faults.subjects.ours import Ours
from faults.subjects.plain import Plain
from faults.subjects.subject import Subject

SUBJECTS: dict[str, Subject] = {"plain": Plain(), "hotset": Ours()}
