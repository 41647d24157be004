"""Reports: what they hold, how templates fill them, what they are written as."""
