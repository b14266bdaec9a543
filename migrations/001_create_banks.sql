-- Banks, and what their money is worth; the bank scope that every later table of a bank goes under.

grant select on schema_migrations to vigie_app, vigie_reader;

-- Puts a table under the bank scope: people's roles see the banks named in vigie.banks, and none when it
-- is unset. FORCE binds the owner too, so that folding and pg_dump need a policy of their own.
-- The sub-select makes the setting one value of the statement, compared by an index.
create procedure scope_by_bank(scoped regclass) language plpgsql as $$
declare
    allowed constant text := 'bank_id = any(((select string_to_array('
        'current_setting(''vigie.banks'', true), '','')::int[]))::int[])';
begin
    execute format('alter table %s enable row level security', scoped);
    execute format('alter table %s force row level security', scoped);
    execute format(
        'create policy bank_scope on %s to vigie_app, vigie_reader using (%s) with check (%s)',
        scoped, allowed, allowed);
    execute format('create policy owner_all on %s to vigie_owner using (true) with check (true)', scoped);
end $$;
revoke execute on procedure scope_by_bank from public;

create table banks (
    bank_id int generated always as identity,
    code text collate "C" not null,
    name text collate "C" not null,
    country text collate "C",
    base_currency text collate "C" not null,
    time_zone text collate "C" not null default 'UTC',
    high_value_threshold numeric(18,4),
    severity_medium_from numeric(18,4) not null default 100,
    severity_high_from numeric(18,4) not null default 500,
    severity_critical_from numeric(18,4) not null default 2000,
    is_demo boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_banks primary key (bank_id),
    constraint uq_banks_code unique (code),
    constraint ck_banks_code check (length(code) between 1 and 64),
    constraint ck_banks_base_currency check (length(base_currency) = 3),
    constraint ck_banks_severity_limits
        check (0 < severity_medium_from and severity_medium_from < severity_high_from
            and severity_high_from < severity_critical_from)
);
grant select, insert, update, delete on banks to vigie_app;
grant select on banks to vigie_reader;

create table exchange_rates (
    rate_date date not null,
    currency text collate "C" not null,
    base_currency text collate "C" not null,
    rate numeric(18,8) not null,
    source text collate "C" not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_exchange_rates primary key (rate_date, currency, base_currency),
    constraint ck_exchange_rates_rate check (rate > 0)
);
grant select, insert, update on exchange_rates to vigie_app;
grant select on exchange_rates to vigie_reader;
