"""Measuring on this machine: what `sidecar bench` does."""
