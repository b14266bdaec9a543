"""What is unusual in a bank's payments and what patterns they make, found without labels."""
