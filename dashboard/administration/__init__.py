"""What administrators look after: people, banks, the log and the health of the database."""
