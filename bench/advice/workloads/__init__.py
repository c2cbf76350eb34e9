"""The workloads, by what their hot set is made from. A new one needs an entry in one of the lists."""

from bench.advice.workload import Workload
from bench.advice.workloads import columns, iterative, objects, texts

WORKLOADS: dict[str, Workload] = {
    workload.name: workload for module in (columns, texts, objects, iterative) for workload in module.WORKLOADS
}
