"""The Streamlit app: thin views, pure charts, server routes and the command line."""

__version__ = "0.1.0"
