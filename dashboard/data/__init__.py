"""The Data page: what is stored, what runs, what arrives, and taking it back."""
