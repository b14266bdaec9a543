-- Room on each page for the second version of its rows, which enrichment and scoring write: with it, and with
-- no indexed column changed, an update touches no index (docs/decisions/enrichment.md).
alter table transactions set (fillfactor = 45);

-- What an index knows of is null for nearly every row, before it is scored and after.
alter table transactions add column flagged_score double precision
    generated always as (case when decision in ('review', 'block') then fraud_score end) stored;
drop index ix_transactions_flagged;
create index ix_transactions_flagged on transactions (bank_id, flagged_score) where flagged_score is not null;
