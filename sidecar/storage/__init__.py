"""Everything final, kept for replay and export."""
