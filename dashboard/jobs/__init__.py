"""Long work, done outside page scripts: imports and the demo studies. Knows no Streamlit."""
