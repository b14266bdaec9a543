drop index ix_transactions_burst;
