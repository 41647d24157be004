"""What leaves the dashboard: figures and tables as files that say where they come from."""
