-- The packed copy of all payments that pages read; its packing functions follow in 020.

-- Never shown to people: a value may come from another bank.
create table codes (
    kind text collate "C" not null,
    value text collate "C" not null,
    code int not null,
    created_at timestamptz not null default now(),
    constraint pk_codes primary key (kind, value),
    constraint uq_codes_kind_code unique (kind, code)
);
grant select, insert on codes to vigie_app;
grant select on codes to vigie_reader;

-- Only the fold, which runs as the owner, writes here.
create table segments (
    bank_id int not null,
    seg_id bigint generated always as identity,
    seg_uid uuid not null default gen_random_uuid(),
    fmt int not null default 2,
    m_lo int not null,
    m_hi int not null,
    n int not null,
    level int not null,
    data bytea not null,
    created_at timestamptz not null default now(),
    constraint pk_segments primary key (bank_id, seg_id),
    constraint uq_segments_seg_uid unique (seg_uid),
    constraint fk_segments_bank_id foreign key (bank_id) references banks (bank_id)
);
create index ix_segments_bank_id_m_hi on segments (bank_id, m_hi);
call scope_by_bank('segments');
grant select on segments to vigie_app;
grant select on segments to vigie_reader;

-- Records hardly compress, and a page wants them at once.
alter table segments alter data set storage external;

-- No key, index or foreign key on purpose: every commit that writes payments writes here.
create table segment_tail (
    tail_id bigint generated always as identity,
    bank_id int not null,
    n int not null,
    data bytea not null,
    created_at timestamptz not null default now()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
call scope_by_bank('segment_tail');
grant select, insert on segment_tail to vigie_app;
grant select on segment_tail to vigie_reader;

alter table segment_tail alter data set storage external;
