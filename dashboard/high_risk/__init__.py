"""High risk: payments with a high score, and who has the highest fraud rates for certain."""
