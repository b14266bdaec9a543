-- What the outside must be told, and what is kept for a while.

create table outbox (
    outbox_id bigint generated always as identity,
    bank_id int,
    kind text collate "C" not null,
    payload jsonb not null default '{}',
    available_at timestamptz not null default now(),
    attempts int not null default 0,
    claimed_until timestamptz,
    finished_at timestamptz,
    last_error text collate "C",
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_outbox primary key (outbox_id),
    constraint fk_outbox_bank_id foreign key (bank_id) references banks (bank_id)
);
create index ix_outbox_open on outbox (available_at) where finished_at is null;
grant select, insert, update on outbox to vigie_app;

create table cache_entries (
    key text collate "C" not null,
    value bytea not null,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_cache_entries primary key (key)
);
create index ix_cache_entries_expires_at on cache_entries (expires_at);
grant select, insert, update, delete on cache_entries to vigie_app;
grant select on cache_entries to vigie_reader;
