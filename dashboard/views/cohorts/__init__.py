"""The Cohorts page: explore a trial by pointing at it."""
