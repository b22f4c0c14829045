"""Hearing: every input becomes 16 kHz mono chunks with a position on the session's audio clock."""
