"""Charts of what is forecast, of enrolment and of events, beside what came."""
