"""Pictures of searches for designs."""
