-- The payments that came after many others of their customer are few; finding them must not read the rest.

create index ix_transactions_burst on transactions (bank_id, transactions_last_hour desc)
    where transactions_last_hour >= 5;
