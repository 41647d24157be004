"""The Regression and Subgroups tabs: Cox models of the endpoint."""
