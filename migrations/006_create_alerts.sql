-- Alerts, the payments they are about, and every step they took.

create table alerts (
    bank_id int not null,
    alert_id bigint generated always as identity,
    transaction_id text collate "C" not null,
    customer_id text collate "C",
    severity text collate "C" not null,
    status text collate "C" not null default 'new',
    fraud_probability double precision not null,
    expected_loss_e4 bigint not null,
    reason_code text collate "C" not null,
    reason_params jsonb not null default '{}',
    assignee bigint,
    claimed_by bigint,
    claimed_until timestamptz,
    snoozed_until timestamptz,
    due_at timestamptz,
    version int not null default 1,
    closed_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_alerts primary key (bank_id, alert_id),
    constraint fk_alerts_bank_id_transaction_id
        foreign key (bank_id, transaction_id) references transactions (bank_id, transaction_id)
        on delete cascade,
    constraint fk_alerts_bank_id_customer_id
        foreign key (bank_id, customer_id) references customers (bank_id, customer_id)
        on delete set null (customer_id),
    constraint ck_alerts_version check (version > 0),
    constraint fk_alerts_bank_id foreign key (bank_id) references banks (bank_id),
    constraint ck_alerts_severity check (severity in ('low', 'medium', 'high', 'critical')),
    constraint ck_alerts_status
        check (status in ('new', 'in_review', 'escalated', 'snoozed', 'confirmed_fraud', 'false_positive')),
    constraint ck_alerts_fraud_probability check (fraud_probability between 0 and 1),
    constraint fk_alerts_assignee foreign key (assignee) references users (user_id) on delete set null,
    constraint fk_alerts_claimed_by foreign key (claimed_by) references users (user_id) on delete set null
);
create index ix_alerts_assignee on alerts (bank_id, assignee) where assignee is not null;
create index ix_alerts_created on alerts (bank_id, created_at desc);
create index ix_alerts_customer on alerts (bank_id, customer_id, created_at desc);
create index ix_alerts_status on alerts (bank_id, status, expected_loss_e4 desc);
create index ix_alerts_transaction on alerts (bank_id, transaction_id);
call scope_by_bank('alerts');
grant select, insert, update on alerts to vigie_app;
grant select on alerts to vigie_reader;

-- The key keeps a payment in at most one alert.
create table alert_transactions (
    bank_id int not null,
    transaction_id text collate "C" not null,
    alert_id bigint not null,
    created_at timestamptz not null default now(),
    constraint pk_alert_transactions primary key (bank_id, transaction_id),
    constraint fk_alert_transactions_bank_id_transaction_id
        foreign key (bank_id, transaction_id) references transactions (bank_id, transaction_id)
        on delete cascade,
    constraint fk_alert_transactions_bank_id_alert_id
        foreign key (bank_id, alert_id) references alerts (bank_id, alert_id) on delete cascade,
    constraint fk_alert_transactions_bank_id foreign key (bank_id) references banks (bank_id)
);
create index ix_alert_transactions_bank_id_alert_id on alert_transactions (bank_id, alert_id);
call scope_by_bank('alert_transactions');
grant select, insert, update on alert_transactions to vigie_app;
grant select on alert_transactions to vigie_reader;

-- Append-only.
create table alert_events (
    bank_id int not null,
    alert_event_id bigint generated always as identity,
    alert_id bigint not null,
    kind text collate "C" not null,
    from_status text collate "C",
    to_status text collate "C",
    reason text collate "C",
    note text collate "C",
    by bigint,
    at timestamptz not null default now(),
    batch uuid,
    undoes bigint,
    payload jsonb not null default '{}',
    created_at timestamptz not null default now(),
    constraint pk_alert_events primary key (bank_id, alert_event_id),
    constraint fk_alert_events_bank_id_alert_id
        foreign key (bank_id, alert_id) references alerts (bank_id, alert_id) on delete cascade,
    constraint fk_alert_events_bank_id_undoes
        foreign key (bank_id, undoes) references alert_events (bank_id, alert_event_id)
        on delete set null (undoes),
    constraint fk_alert_events_bank_id foreign key (bank_id) references banks (bank_id),
    constraint ck_alert_events_from_status
        check (from_status in ('new', 'in_review', 'escalated', 'snoozed', 'confirmed_fraud',
            'false_positive')),
    constraint ck_alert_events_to_status
        check (to_status in ('new', 'in_review', 'escalated', 'snoozed', 'confirmed_fraud',
            'false_positive')),
    constraint fk_alert_events_by foreign key (by) references users (user_id) on delete set null
);
create index ix_alert_events_alert on alert_events (bank_id, alert_id, at);
create index ix_alert_events_by on alert_events (bank_id, by, at);
create index ix_alert_events_undoes on alert_events (bank_id, undoes) where undoes is not null;
call scope_by_bank('alert_events');
grant select, insert on alert_events to vigie_app;
grant select on alert_events to vigie_reader;

create table decision_reasons (
    reason_id int generated always as identity,
    status text collate "C" not null,
    code text collate "C" not null,
    name text collate "C" not null,
    position int not null default 0,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_decision_reasons primary key (reason_id),
    constraint uq_decision_reasons_status_code unique (status, code),
    constraint ck_decision_reasons_status
        check (status in ('new', 'in_review', 'escalated', 'snoozed', 'confirmed_fraud', 'false_positive'))
);
grant select, insert, update on decision_reasons to vigie_app;
grant select on decision_reasons to vigie_reader;
