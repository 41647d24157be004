"""Benchmarks are run by `make bench`, one process each; tests do not import them."""

from __future__ import annotations

collect_ignore_glob = ["bench_*.py"]
