"""Sidecar: live captions beside a broadcast, in every viewer's language."""

__version__ = "0.1.0"
