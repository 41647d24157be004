"""The Enrolment page: forecast, sites, what-if, events, back-test."""
