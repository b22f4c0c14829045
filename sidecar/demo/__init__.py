"""The built-in demo: a host of a live shop, spoken by a synthesiser from ``host.txt`` (``scripts/make-demo``)."""
