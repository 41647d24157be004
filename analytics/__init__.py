"""Pure statistics: data in, results out. Knows no Streamlit, Plotly or DuckDB."""
