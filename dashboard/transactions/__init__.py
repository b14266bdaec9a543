"""Payments one by one: the list of a filter, one payment with all that is known, and exports."""
