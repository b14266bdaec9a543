-- Payments. No triggers, and no numeric in an index: under row-level security it could not be used.

create table transactions (
    bank_id int not null,
    transaction_id text collate "C" not null,
    ingest_seq bigint generated always as identity,
    dataset_id bigint,
    content_hash bytea not null,
    customer_id text collate "C",
    merchant_id text collate "C",
    card_fingerprint text collate "C",
    card_masked text collate "C",
    device_id text collate "C",
    device_type text collate "C",
    ip_address inet,
    email_fingerprint text collate "C",
    amount numeric(18,4) not null,
    amount_e4 bigint not null generated always as ((amount * 10000)::bigint) stored,
    currency text collate "C" not null,
    exchange_rate numeric(18,8),
    amount_base numeric(18,4),
    amount_base_e4 bigint generated always as ((amount_base * 10000)::bigint) stored,
    transaction_type text collate "C" not null,
    payment_method text collate "C" not null,
    channel text collate "C" not null,
    category text collate "C",
    city text collate "C",
    state text collate "C",
    country text collate "C",
    zip_code text collate "C",
    latitude double precision,
    longitude double precision,
    timestamp timestamptz not null,
    local_date date not null,
    hour_of_day int not null,
    day_of_week int not null,
    day_of_month int not null,
    month int not null,
    is_weekend boolean not null,
    is_holiday boolean,
    time_of_day_category text collate "C" not null,
    is_fraud boolean,
    fraud_type text collate "C",
    fraud_reason text collate "C",
    fraud_score double precision,
    model_name text collate "C",
    model_version text collate "C",
    decision text collate "C",
    is_anomaly boolean,
    anomaly_type text collate "C",
    anomaly_score double precision,
    transactions_last_hour int,
    transactions_last_day int,
    amount_last_hour numeric(18,4),
    amount_last_day numeric(18,4),
    distance_from_home double precision,
    distance_from_last double precision,
    time_since_last_transaction double precision,
    merchant_risk_score double precision,
    customer_risk_score double precision,
    enriched_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_transactions primary key (bank_id, transaction_id),
    constraint fk_transactions_bank_id_dataset_id
        foreign key (bank_id, dataset_id) references datasets (bank_id, dataset_id)
        on delete set null (dataset_id),
    constraint fk_transactions_bank_id_customer_id
        foreign key (bank_id, customer_id) references customers (bank_id, customer_id),
    constraint fk_transactions_bank_id_merchant_id
        foreign key (bank_id, merchant_id) references merchants (bank_id, merchant_id),
    constraint ck_transactions_transaction_id check (length(transaction_id) between 1 and 128),
    constraint ck_transactions_amount
        check (amount > 0 or (amount = 0 and transaction_type = 'verification')),
    constraint ck_transactions_currency check (length(currency) = 3),
    constraint fk_transactions_bank_id foreign key (bank_id) references banks (bank_id),
    constraint ck_transactions_transaction_type
        check (transaction_type in ('purchase', 'cash_out', 'cash_in', 'transfer', 'payment', 'debit',
            'refund', 'verification', 'other')),
    constraint ck_transactions_payment_method
        check (payment_method in ('credit_card', 'debit_card', 'prepaid_card', 'bank_transfer', 'wallet',
            'cash', 'other')),
    constraint ck_transactions_channel
        check (channel in ('pos', 'online', 'atm', 'mobile', 'branch', 'other')),
    constraint ck_transactions_time_of_day_category
        check (time_of_day_category in ('night', 'morning', 'afternoon', 'evening')),
    constraint ck_transactions_fraud_type
        check (fraud_type in ('card_testing', 'account_takeover', 'stolen_card', 'mule',
            'merchant_bust_out', 'friendly', 'other', 'unknown')),
    constraint ck_transactions_fraud_score check (fraud_score between 0 and 1),
    constraint ck_transactions_decision check (decision in ('approve', 'review', 'block')),
    constraint ck_transactions_anomaly_type
        check (anomaly_type in ('amount', 'velocity', 'location', 'time', 'device', 'merchant', 'sequence',
            'other')),
    constraint ck_transactions_anomaly_score check (anomaly_score between 0 and 1),
    constraint ck_transactions_merchant_risk_score check (merchant_risk_score between 0 and 1),
    constraint ck_transactions_customer_risk_score check (customer_risk_score between 0 and 1)
);
create index ix_transactions_amount on transactions (bank_id, currency, amount_e4 desc);
create index ix_transactions_amount_base on transactions (bank_id, amount_base_e4 desc nulls last);
create index ix_transactions_card on transactions (bank_id, card_fingerprint, "timestamp" desc)
    where card_fingerprint is not null;
create index ix_transactions_customer on transactions (bank_id, customer_id, "timestamp" desc);
create index ix_transactions_dataset on transactions using brin (dataset_id);
create index ix_transactions_device on transactions (bank_id, device_id, "timestamp" desc)
    where device_id is not null;
create index ix_transactions_flagged on transactions (bank_id, fraud_score)
    where decision in ('review', 'block');
create index ix_transactions_fraud on transactions (bank_id, timestamp) where is_fraud;
create index ix_transactions_ingest_seq on transactions (ingest_seq);
create index ix_transactions_ip on transactions (bank_id, ip_address, "timestamp" desc)
    where ip_address is not null;
create index ix_transactions_merchant on transactions (bank_id, merchant_id, "timestamp" desc);
create index ix_transactions_time on transactions (bank_id, timestamp);
call scope_by_bank('transactions');
grant select, insert, update, delete on transactions to vigie_app;
grant select on transactions to vigie_reader;
