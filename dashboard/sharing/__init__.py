"""Shares: views frozen for a reader outside, and the page that shows them."""
