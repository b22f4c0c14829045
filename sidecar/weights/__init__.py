"""Model weights: manifests, downloads, checksums."""
