"""The shop's glossary: its names in every language, for recognition and translation. Format: docs/glossary.md."""
