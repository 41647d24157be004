"""Charts of the response to dose."""
