"""Where log entries are kept and found again, whichever store is in use."""
