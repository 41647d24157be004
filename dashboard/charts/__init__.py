"""Charts: a result or a frame in, a Plotly figure out. Knows no Streamlit."""
