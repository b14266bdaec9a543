-- What was said about payments: the truth that transactions.is_fraud projects.

-- Append-only; the rows of an undone import go with their payments.
create table fraud_labels (
    bank_id int not null,
    label_id bigint generated always as identity,
    transaction_id text collate "C" not null,
    is_fraud boolean,
    fraud_type text collate "C",
    reason text collate "C",
    source text collate "C" not null,
    known_at timestamptz,
    recorded_at timestamptz not null default now(),
    recorded_by bigint,
    alert_event_id bigint,
    created_at timestamptz not null default now(),
    constraint pk_fraud_labels primary key (bank_id, label_id),
    constraint fk_fraud_labels_bank_id_transaction_id
        foreign key (bank_id, transaction_id) references transactions (bank_id, transaction_id)
        on delete cascade,
    constraint fk_fraud_labels_bank_id_alert_event_id
        foreign key (bank_id, alert_event_id) references alert_events (bank_id, alert_event_id)
        on delete set null (alert_event_id),
    constraint fk_fraud_labels_bank_id foreign key (bank_id) references banks (bank_id),
    constraint ck_fraud_labels_fraud_type
        check (fraud_type in ('card_testing', 'account_takeover', 'stolen_card', 'mule',
            'merchant_bust_out', 'friendly', 'other', 'unknown')),
    constraint ck_fraud_labels_source check (source in ('import', 'chargeback', 'analyst', 'rule')),
    constraint fk_fraud_labels_recorded_by
        foreign key (recorded_by) references users (user_id) on delete set null
);
create index ix_fraud_labels_alert_event on fraud_labels (bank_id, alert_event_id)
    where alert_event_id is not null;
create index ix_fraud_labels_delays on fraud_labels (bank_id, transaction_id)
    include (known_at)
    where is_fraud and known_at is not null;
create index ix_fraud_labels_transaction on fraud_labels (bank_id, transaction_id, recorded_at desc);
call scope_by_bank('fraud_labels');
grant select, insert on fraud_labels to vigie_app;
grant select on fraud_labels to vigie_reader;
