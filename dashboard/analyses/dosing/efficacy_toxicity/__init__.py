"""BOIN12 on the Dosing page: the dose with the best of efficacy and toxicity."""
