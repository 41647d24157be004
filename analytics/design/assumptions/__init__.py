"""What designs assume: hazards with their uncertainty, effects, accrual, dropout."""
