-- What is known of a payment beside its own columns: features of a file that nobody mapped.

create table ml_features (
    bank_id int not null,
    transaction_id text collate "C" not null,
    computed_at timestamptz not null default now(),
    additional_features jsonb not null default '{}',
    created_at timestamptz not null default now(),
    constraint pk_ml_features primary key (bank_id, transaction_id),
    constraint fk_ml_features_bank_id_transaction_id
        foreign key (bank_id, transaction_id) references transactions (bank_id, transaction_id)
        on delete cascade,
    constraint fk_ml_features_bank_id foreign key (bank_id) references banks (bank_id)
);
call scope_by_bank('ml_features');
grant select, insert, update, delete on ml_features to vigie_app;
grant select on ml_features to vigie_reader;
