"""What happens on an interaction: parse, ask, render."""
