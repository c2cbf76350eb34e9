"""Proof by experiment: a job's kept sets under every storage level, under none and under the alternatives.

May import everything of hotset but `cli`, `testing` and `made`. The runs happen in worker processes, one for each kind
of session; this process plans them, keeps the figures and draws conclusions, and never starts Spark itself.
"""
