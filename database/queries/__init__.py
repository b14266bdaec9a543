"""Questions to the database, one module a subject; each function takes the session first."""
