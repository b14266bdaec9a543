-- The system's log, a partition a day, and the audit of what people changed.

create table system_logs (
    created_at timestamptz not null default now(),
    log_id bigint generated always as identity,
    service text collate "C" not null,
    category text collate "C" not null,
    level text collate "C" not null,
    logger text collate "C" not null,
    message text collate "C" not null,
    details jsonb not null default '{}',
    request_id text collate "C",
    user_id bigint,
    bank_id int,
    transaction_id text collate "C",
    alert_id bigint,
    path text collate "C",
    duration_ms double precision,
    exception text collate "C",
    constraint pk_system_logs primary key (created_at, log_id),
    constraint ck_system_logs_category
        check (category in ('database', 'web', 'ingest', 'security', 'job', 'mail', 'webhook'))
) partition by range (created_at);
create index ix_system_logs_service_level_created_at on system_logs (service, level, created_at);
grant select, insert on system_logs to vigie_app;
grant select on system_logs to vigie_reader;

create table system_logs_default partition of system_logs default;

-- Makes the partitions of a table for today and the days ahead (UTC). Rows that the DEFAULT partition
-- caught for a day move into it. Runs as the owner; partitions get no grants.
create function create_daily_partitions(parent text, days_ahead int default 14) returns int
language plpgsql as $$
declare
    day date;
    made int := 0;
    today constant date := (now() at time zone 'UTC')::date;
    part text;
    bounds text;
begin
    for offset_days in 0..days_ahead loop
        day := today + offset_days;
        part := format('%s_%s', parent, to_char(day, 'YYYYMMDD'));
        continue when to_regclass(part) is not null;
        bounds := format('created_at >= %L and created_at < %L', day || ' 00:00+00', day + 1 || ' 00:00+00');
        execute format('create table %I (like %I including defaults including constraints)', part, parent);
        execute format(
            'with caught as (delete from %I where %s returning *) insert into %I select * from caught',
            parent || '_default', bounds, part);
        execute format('alter table %I attach partition %I for values from (%L) to (%L)',
            parent, part, day || ' 00:00+00', day + 1 || ' 00:00+00');
        made := made + 1;
    end loop;
    return made;
end $$;
revoke execute on function create_daily_partitions from public;
select create_daily_partitions('system_logs');

-- Insert only, for everybody but the owner; a job seals committed rows into a chain later.
create table audit_log (
    audit_id bigint generated always as identity,
    user_id bigint,
    bank_id int,
    action text collate "C" not null,
    object_type text collate "C" not null,
    object_id text collate "C",
    reason text collate "C",
    details jsonb not null default '{}',
    request_id text collate "C",
    ip inet,
    created_at timestamptz not null default now(),
    constraint pk_audit_log primary key (audit_id)
);
create index ix_audit_log_bank_id_created_at on audit_log (bank_id, created_at);
create index ix_audit_log_object_type_object_id on audit_log (object_type, object_id);
create index ix_audit_log_user_id_created_at on audit_log (user_id, created_at);
grant select, insert on audit_log to vigie_app;
grant select on audit_log to vigie_reader;
