"""The parts of the command `equipoise`, a file for each thing that it is about."""
