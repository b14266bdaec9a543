-- Days that are special to a bank.

create table calendar_events (
    bank_id int not null,
    calendar_event_id bigint generated always as identity,
    event_name text collate "C" not null,
    event_date date not null,
    type text collate "C" not null,
    description text collate "C",
    include_in_prediction boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_calendar_events primary key (bank_id, calendar_event_id),
    constraint uq_calendar_events_bank_id_event_name_event_date unique (bank_id, event_name, event_date),
    constraint fk_calendar_events_bank_id foreign key (bank_id) references banks (bank_id),
    constraint ck_calendar_events_type check (type in ('holiday', 'promotion', 'seasonal', 'custom'))
);
create index ix_calendar_events_bank_id_event_date on calendar_events (bank_id, event_date);
create index ix_calendar_events_bank_id_type on calendar_events (bank_id, type);
call scope_by_bank('calendar_events');
grant select, insert, update, delete on calendar_events to vigie_app;
grant select on calendar_events to vigie_reader;
