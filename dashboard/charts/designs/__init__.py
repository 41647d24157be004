"""Pictures of designs: boundaries, stopping, the course of a trial, its cost."""
