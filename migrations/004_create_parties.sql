-- Who pays and who is paid.

-- customer_no and merchant_no are dense: a conflict burns a number, so insert only absent keys.
create table customers (
    bank_id int not null,
    customer_id text collate "C" not null,
    customer_no int generated always as identity,
    first_name text collate "C",
    last_name text collate "C",
    search_key text collate "C",
    email text collate "C",
    email_key text collate "C",
    phone text collate "C",
    date_of_birth date,
    age int,
    gender text collate "C",
    occupation text collate "C",
    income_level text collate "C",
    street text collate "C",
    city text collate "C",
    state text collate "C",
    country text collate "C",
    zip_code text collate "C",
    latitude double precision,
    longitude double precision,
    account_created timestamptz,
    account_status text collate "C" not null default 'active',
    credit_score int,
    avg_transaction_amount numeric(18,4) not null default 0,
    transaction_count int not null default 0,
    total_spent numeric(18,4) not null default 0,
    fraud_history_count int not null default 0,
    first_seen_at timestamptz,
    last_seen_at timestamptz,
    risk_score double precision,
    risk_category text collate "C",
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_customers primary key (bank_id, customer_id),
    constraint uq_customers_customer_no unique (customer_no),
    constraint uq_customers_bank_id_email_key unique (bank_id, email_key),
    constraint ck_customers_customer_id check (length(customer_id) between 1 and 128),
    constraint fk_customers_bank_id foreign key (bank_id) references banks (bank_id),
    constraint ck_customers_account_status
        check (account_status in ('active', 'dormant', 'frozen', 'closed')),
    constraint ck_customers_risk_score check (risk_score between 0 and 1),
    constraint ck_customers_risk_category check (risk_category in ('low', 'medium', 'high'))
);
create index ix_customers_bank_id_risk_score on customers (bank_id, risk_score);
create index ix_customers_search on customers (bank_id, search_key) where search_key is not null;
call scope_by_bank('customers');
grant select, insert, update, delete on customers to vigie_app;
grant select on customers to vigie_reader;

create table merchants (
    bank_id int not null,
    merchant_id text collate "C" not null,
    merchant_no int generated always as identity,
    name text collate "C" not null,
    search_key text collate "C" not null,
    category text collate "C" not null,
    mcc_code text collate "C",
    city text collate "C",
    state text collate "C",
    country text collate "C",
    latitude double precision,
    longitude double precision,
    risk_score double precision,
    risk_category text collate "C",
    fraud_report_count int not null default 0,
    total_transactions int not null default 0,
    total_revenue numeric(18,4) not null default 0,
    avg_transaction_amount numeric(18,4) not null default 0,
    first_seen_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_merchants primary key (bank_id, merchant_id),
    constraint uq_merchants_merchant_no unique (merchant_no),
    constraint ck_merchants_merchant_id check (length(merchant_id) between 1 and 128),
    constraint fk_merchants_bank_id foreign key (bank_id) references banks (bank_id),
    constraint ck_merchants_risk_score check (risk_score between 0 and 1),
    constraint ck_merchants_risk_category check (risk_category in ('low', 'medium', 'high'))
);
create index ix_merchants_bank_id_category on merchants (bank_id, category);
create index ix_merchants_bank_id_risk_score on merchants (bank_id, risk_score);
create index ix_merchants_bank_id_search_key on merchants (bank_id, search_key);
call scope_by_bank('merchants');
grant select, insert, update, delete on merchants to vigie_app;
grant select on merchants to vigie_reader;
