"""The Comparisons tab: tests, hazard ratios, restricted means, milestones, pairs, trend."""
