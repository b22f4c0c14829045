"""Captions: ids, revisions, numbering, lines and subtitle files. Nothing here reads a clock or does I/O."""
