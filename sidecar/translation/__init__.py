"""Translating: every final line into every language that viewers want."""
