drop index ix_transactions_flagged;
create index ix_transactions_flagged on transactions (bank_id, fraud_score)
    where decision in ('review', 'block');
alter table transactions drop column flagged_score;
alter table transactions reset (fillfactor);
