"""The Labs and vitals page: liver safety, shifts, values and thresholds."""
