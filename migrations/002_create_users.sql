-- Users, the banks they see, their sessions and their logins.

create table users (
    user_id bigint generated always as identity,
    username text collate "C" not null,
    email text collate "C" not null,
    full_name text collate "C" not null,
    password_hash text collate "C" not null,
    role text collate "C" not null,
    is_active boolean not null default true,
    must_change_password boolean not null default false,
    language text collate "C" not null default 'en',
    time_zone text collate "C",
    theme text collate "C" not null default 'system',
    failed_logins int not null default 0,
    locked_until timestamptz,
    totp_secret text collate "C",
    totp_last_step bigint,
    last_login_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_users primary key (user_id),
    constraint ck_users_role check (role in ('viewer', 'analyst', 'lead', 'admin'))
);
create index ix_users_created_at on users (created_at);
create index ix_users_email on users (email);
create unique index uq_users_email on users (lower(email));
create unique index uq_users_username on users (lower(username));
grant select, insert, update on users to vigie_app;

-- Pages that only read never need what proves who somebody is.
grant select (user_id, username, email, full_name, role, is_active, must_change_password, language, time_zone,
    theme, failed_logins, locked_until, last_login_at, created_at, updated_at) on users to vigie_reader;

create table user_banks (
    user_id bigint not null,
    bank_id int not null,
    created_at timestamptz not null default now(),
    constraint pk_user_banks primary key (user_id, bank_id),
    constraint fk_user_banks_user_id foreign key (user_id) references users (user_id) on delete cascade,
    constraint fk_user_banks_bank_id foreign key (bank_id) references banks (bank_id) on delete cascade
);
create index ix_user_banks_bank_id on user_banks (bank_id);
grant select, insert, delete on user_banks to vigie_app;
grant select on user_banks to vigie_reader;

create table user_sessions (
    session_id bigint generated always as identity,
    token_hash text collate "C" not null,
    user_id bigint not null,
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null,
    ended_at timestamptz,
    end_reason text collate "C",
    ip inet not null,
    user_agent text collate "C" not null,
    second_factor_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_user_sessions primary key (session_id),
    constraint uq_user_sessions_token_hash unique (token_hash),
    constraint fk_user_sessions_user_id foreign key (user_id) references users (user_id) on delete cascade
);
create index ix_user_sessions_open on user_sessions (user_id) where ended_at is null;
grant select, insert, update on user_sessions to vigie_app;

-- Append-only.
create table login_history (
    login_id bigint generated always as identity,
    user_id bigint,
    username_tried text collate "C" not null,
    at timestamptz not null default now(),
    ip inet not null,
    user_agent text collate "C" not null,
    outcome text collate "C" not null,
    created_at timestamptz not null default now(),
    constraint pk_login_history primary key (login_id),
    constraint fk_login_history_user_id foreign key (user_id) references users (user_id) on delete set null
);
create index ix_login_history_ip_at on login_history (ip, at);
create index ix_login_history_user_id_at on login_history (user_id, at);
create index ix_login_history_username on login_history (lower(username_tried), at);
grant select, insert on login_history to vigie_app;
