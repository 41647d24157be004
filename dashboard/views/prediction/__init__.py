"""The Prediction page: who may be harmed, and how far that can be believed."""
