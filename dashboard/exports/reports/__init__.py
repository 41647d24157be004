"""Reports: figures, tables and comments in order, written as HTML, Word and PDF."""
