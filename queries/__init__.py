"""The data: clinical snapshots in DuckDB, their importers, and the workspace database."""
