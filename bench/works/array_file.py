"""Figures of the array in a .npy file: count, mean, least and greatest exact to the last bit, the spread to 1e-12."""

from bench.work import Work
from bench.works.array import data, differ_at_all, programs

WORK = Work(
    name="array_file",
    title="Figures of an array in a file",
    programs=tuple(programs("file")),
    baseline="dask",
    data=data(differ_at_all),
    quick=("columnar", "dask", "whole"),
)
