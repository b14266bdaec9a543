"""Charts as plain dicts: the template and a theme's colours are put to them in the browser."""
