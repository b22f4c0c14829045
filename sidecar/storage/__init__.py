"""Keeping: everything final, for replay and export."""
