-- Which import brought a customer, a merchant, a late label or a day of the calendar, so that it can be undone.

alter table customers add column dataset_id bigint,
    add constraint fk_customers_bank_id_dataset_id foreign key (bank_id, dataset_id)
        references datasets (bank_id, dataset_id) on delete set null (dataset_id);
create index ix_customers_dataset on customers (bank_id, dataset_id) where dataset_id is not null;
alter table merchants add column dataset_id bigint,
    add constraint fk_merchants_bank_id_dataset_id foreign key (bank_id, dataset_id)
        references datasets (bank_id, dataset_id) on delete set null (dataset_id);
create index ix_merchants_dataset on merchants (bank_id, dataset_id) where dataset_id is not null;
alter table fraud_labels add column dataset_id bigint,
    add constraint fk_fraud_labels_bank_id_dataset_id foreign key (bank_id, dataset_id)
        references datasets (bank_id, dataset_id) on delete set null (dataset_id);
create index ix_fraud_labels_dataset on fraud_labels (bank_id, dataset_id) where dataset_id is not null;
alter table calendar_events add column dataset_id bigint,
    add constraint fk_calendar_events_bank_id_dataset_id foreign key (bank_id, dataset_id)
        references datasets (bank_id, dataset_id) on delete set null (dataset_id);
create index ix_calendar_events_dataset on calendar_events (bank_id, dataset_id) where dataset_id is not null;
-- An undone import takes its rates back; what they were worth stays on the rows until they are converted anew.
grant delete on exchange_rates to vigie_app;
