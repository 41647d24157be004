"""Parts of a page that run in the reader's browser, beyond what Streamlit offers."""
