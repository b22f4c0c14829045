"""Translation memory: lines whose translation the shop approved. Format: docs/memory.md."""
