"""Import of EQX-LARGE, against what DuckDB takes to copy the same Parquet files.

`CREATE TABLE AS SELECT * FROM read_parquet(...)` is the physical limit: the same rows, read
and stored by the same engine, without a single check, hash or prepared table.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # run as a script

import duckdb
import pyarrow.parquet as pq

from queries.importers import import_files
from tests.benchmarks.large_study import home, large_files
from tests.benchmarks.measure import Comparison, compare, report, use_threads

TURNS = 3


def main() -> None:
    """Print the comparison."""
    use_threads()
    sources = sorted(large_files().glob("*.parquet"))
    rows = sum(pq.read_metadata(source).num_rows for source in sources)
    with tempfile.TemporaryDirectory(prefix="bench-import-", dir=home()) as folder:
        copied, imported = Path(folder) / "copied.duckdb", Path(folder) / "imported.duckdb"
        ways = {
            "CREATE TABLE AS": lambda: copy(sources, copied),
            "import": lambda: import_again(sources, imported),
        }
        # Reading the files once is all the warming up there is to do.
        for source in sources:
            source.read_bytes()
        found = compare(f"import of {rows:,} rows", ways, turns=TURNS, warm_ups=0)
        sizes = {"CREATE TABLE AS": copied, "import": imported}
        report(
            "import", found, facts={way: facts(found, way, rows, at) for way, at in sizes.items()}
        )


def copy(sources: list[Path], file: Path) -> None:
    """Store the files' rows as they are."""
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        for source in sources:
            table, path = source.stem, str(source).replace("'", "''")
            connection.execute(f"CREATE TABLE {table} AS SELECT * FROM read_parquet('{path}')")
        connection.execute("CHECKPOINT")


def import_again(sources: list[Path], file: Path) -> None:
    """Import the files as users do."""
    file.unlink(missing_ok=True)
    import_files(sources, file)


def facts(found: Comparison, way: str, rows: int, file: Path) -> dict[str, object]:
    """Rows a second, and the size of the file written."""
    speed = rows / found.timing(way).median
    return {"rows_per_second": round(speed), "file_bytes": file.stat().st_size}


if __name__ == "__main__":
    main()
