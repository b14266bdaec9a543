revoke delete on exchange_rates from vigie_app;
alter table calendar_events drop column dataset_id;
alter table fraud_labels drop column dataset_id;
alter table merchants drop column dataset_id;
alter table customers drop column dataset_id;
