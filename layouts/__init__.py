"""How pages look: pure functions that return components."""
