"""Customers and merchants: what is known of one, and how it behaves against its own normal."""
