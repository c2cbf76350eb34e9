"""How good the lab and the advice are: workloads whose best storage level is known, since every choice was measured."""
