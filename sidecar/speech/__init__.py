"""Recognising: audio to words, committed as soon as they agree."""
