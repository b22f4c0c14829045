"""Chat of the platforms: what viewers write comes in, approved answers go out."""
