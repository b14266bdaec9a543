"""How stored data are reached."""
