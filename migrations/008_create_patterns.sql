-- Patterns found in payments, and the payments that show them.

create table fraud_patterns (
    bank_id int not null,
    fraud_pattern_id bigint generated always as identity,
    pattern_type text collate "C" not null,
    characteristics jsonb not null default '{}',
    severity text collate "C" not null,
    detection_count int not null default 1,
    first_detected timestamptz not null,
    last_detected timestamptz not null,
    confidence_score double precision not null,
    status text collate "C" not null default 'active',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_fraud_patterns primary key (bank_id, fraud_pattern_id),
    constraint fk_fraud_patterns_bank_id foreign key (bank_id) references banks (bank_id),
    constraint ck_fraud_patterns_severity check (severity in ('low', 'medium', 'high', 'critical')),
    constraint ck_fraud_patterns_confidence_score check (confidence_score between 0 and 1)
);
create index ix_fraud_patterns_bank_id_pattern_type on fraud_patterns (bank_id, pattern_type);
call scope_by_bank('fraud_patterns');
grant select, insert, update on fraud_patterns to vigie_app;
grant select on fraud_patterns to vigie_reader;

create table anomaly_patterns (
    bank_id int not null,
    anomaly_pattern_id bigint generated always as identity,
    pattern_type text collate "C" not null,
    characteristics jsonb not null default '{}',
    severity text collate "C" not null,
    detection_count int not null default 1,
    first_detected timestamptz not null,
    last_detected timestamptz not null,
    confidence_score double precision not null,
    status text collate "C" not null default 'active',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_anomaly_patterns primary key (bank_id, anomaly_pattern_id),
    constraint fk_anomaly_patterns_bank_id foreign key (bank_id) references banks (bank_id),
    constraint ck_anomaly_patterns_severity check (severity in ('low', 'medium', 'high', 'critical')),
    constraint ck_anomaly_patterns_confidence_score check (confidence_score between 0 and 1)
);
create index ix_anomaly_patterns_bank_id_pattern_type on anomaly_patterns (bank_id, pattern_type);
call scope_by_bank('anomaly_patterns');
grant select, insert, update on anomaly_patterns to vigie_app;
grant select on anomaly_patterns to vigie_reader;

create table pattern_transactions (
    bank_id int not null,
    pattern_transaction_id bigint generated always as identity,
    fraud_pattern_id bigint,
    anomaly_pattern_id bigint,
    transaction_id text collate "C" not null,
    created_at timestamptz not null default now(),
    constraint pk_pattern_transactions primary key (bank_id, pattern_transaction_id),
    constraint fk_pattern_transactions_bank_id_fraud_pattern_id
        foreign key (bank_id, fraud_pattern_id) references fraud_patterns (bank_id, fraud_pattern_id)
        on delete cascade,
    constraint fk_pattern_transactions_bank_id_anomaly_pattern_id
        foreign key (bank_id, anomaly_pattern_id) references anomaly_patterns (bank_id, anomaly_pattern_id)
        on delete cascade,
    constraint fk_pattern_transactions_bank_id_transaction_id
        foreign key (bank_id, transaction_id) references transactions (bank_id, transaction_id)
        on delete cascade,
    constraint uq_pattern_transactions_fraud unique (bank_id, fraud_pattern_id, transaction_id),
    constraint uq_pattern_transactions_anomaly unique (bank_id, anomaly_pattern_id, transaction_id),
    constraint ck_pattern_transactions_one_pattern
        check (num_nonnulls(fraud_pattern_id, anomaly_pattern_id) = 1),
    constraint fk_pattern_transactions_bank_id foreign key (bank_id) references banks (bank_id)
);
create index ix_pattern_transactions_bank_id_transaction_id on pattern_transactions (bank_id, transaction_id);
call scope_by_bank('pattern_transactions');
grant select, insert on pattern_transactions to vigie_app;
grant select on pattern_transactions to vigie_reader;
