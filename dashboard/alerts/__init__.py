"""Alerts: what becomes one, and the sentence that it speaks."""
