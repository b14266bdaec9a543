"""A synthetic world of banks, customers and merchants whose frauds are known."""
