-- What was changed together is taken back together.

create index ix_alert_events_batch on alert_events (bank_id, batch) where batch is not null;
