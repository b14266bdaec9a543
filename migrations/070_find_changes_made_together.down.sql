drop index ix_alert_events_batch;
