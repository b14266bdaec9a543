-- Runs of jobs, and the datasets that some of them bring or take away.

create table jobs (
    job_id bigint generated always as identity,
    kind text collate "C" not null,
    status text collate "C" not null default 'queued',
    progress_done bigint not null default 0,
    progress_total bigint not null default 0,
    message_code text collate "C",
    message_params jsonb,
    parameters jsonb not null default '{}',
    result jsonb not null default '{}',
    log_tail text collate "C" not null default '',
    attempts int not null default 0,
    cancel_requested boolean not null default false,
    created_by bigint,
    started_at timestamptz,
    finished_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_jobs primary key (job_id),
    constraint ck_jobs_status check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    constraint fk_jobs_created_by foreign key (created_by) references users (user_id) on delete set null
);
create index ix_jobs_created_at on jobs (created_at);
create index ix_jobs_created_by on jobs (created_by);
create index ix_jobs_kind_created_at on jobs (kind, created_at);
create index ix_jobs_open on jobs (status) where finished_at is null;
grant select, insert, update on jobs to vigie_app;
grant select on jobs to vigie_reader;

create table datasets (
    bank_id int not null,
    dataset_id bigint generated always as identity,
    name text collate "C" not null,
    kind text collate "C" not null,
    origin text collate "C" not null,
    file_name text collate "C",
    file_sha256 text collate "C",
    layout text collate "C",
    rows bigint not null default 0,
    first_at timestamptz,
    last_at timestamptz,
    is_demo boolean not null default false,
    created_by bigint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_datasets primary key (bank_id, dataset_id),
    constraint fk_datasets_bank_id foreign key (bank_id) references banks (bank_id),
    constraint ck_datasets_kind
        check (kind in ('transactions', 'customers', 'merchants', 'labels', 'rates', 'products', 'sales',
            'events')),
    constraint ck_datasets_origin check (origin in ('import', 'generated', 'shipped', 'api')),
    constraint fk_datasets_created_by foreign key (created_by) references users (user_id) on delete set null
);
create index ix_datasets_created_by on datasets (created_by);
create unique index uq_datasets_file on datasets (bank_id, kind, file_sha256) where file_sha256 is not null;
call scope_by_bank('datasets');
grant select, insert, update, delete on datasets to vigie_app;
grant select on datasets to vigie_reader;

create table dataset_jobs (
    bank_id int not null,
    job_id bigint not null,
    dataset_id bigint not null,
    rows_read bigint not null default 0,
    rows_accepted bigint not null default 0,
    rows_duplicate bigint not null default 0,
    rows_conflict bigint not null default 0,
    rows_rejected bigint not null default 0,
    bytes_read bigint not null default 0,
    bytes_total bigint not null default 0,
    rejects_file text collate "C",
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_dataset_jobs primary key (bank_id, job_id),
    constraint fk_dataset_jobs_bank_id_dataset_id
        foreign key (bank_id, dataset_id) references datasets (bank_id, dataset_id) on delete cascade,
    constraint fk_dataset_jobs_bank_id foreign key (bank_id) references banks (bank_id),
    constraint fk_dataset_jobs_job_id foreign key (job_id) references jobs (job_id) on delete cascade
);
create index ix_dataset_jobs_bank_id_dataset_id on dataset_jobs (bank_id, dataset_id);
create index ix_dataset_jobs_job_id on dataset_jobs (job_id);
call scope_by_bank('dataset_jobs');
grant select, insert, update, delete on dataset_jobs to vigie_app;
grant select on dataset_jobs to vigie_reader;
