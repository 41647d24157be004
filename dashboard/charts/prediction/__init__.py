"""Charts of predicted risks: how good they are, and what they rest on."""
