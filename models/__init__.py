"""What things are: tables, choices, lifecycles, permissions, errors."""
