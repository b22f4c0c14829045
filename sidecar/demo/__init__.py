"""The built-in demo: a host of a live shop, spoken by a synthesiser from ``host.txt`` (``scripts/make-demo``)."""

from pathlib import Path

SHOP = Path(__file__).with_name("shop")
"""What a shop that does not exist knows: sixty entries and twelve products."""
GLOSSARY = Path(__file__).with_name("glossary.csv")
"""The names that the host uses."""
