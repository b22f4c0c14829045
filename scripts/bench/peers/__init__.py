"""Sidecar and its peers on the same files, on one machine: what `scripts/bench-peers` runs."""
