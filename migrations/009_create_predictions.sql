-- Models, and what each said about a payment.

create table model_versions (
    model_name text collate "C" not null,
    model_version text collate "C" not null,
    parameters jsonb not null default '{}',
    metrics jsonb not null default '{}',
    trained_at timestamptz,
    activated_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_model_versions primary key (model_name, model_version)
);
grant select, insert, update on model_versions to vigie_app;
grant select on model_versions to vigie_reader;

create table model_predictions (
    bank_id int not null,
    prediction_id bigint generated always as identity,
    transaction_id text collate "C" not null,
    model_name text collate "C" not null,
    model_version text collate "C" not null,
    prediction boolean not null,
    fraud_probability double precision not null,
    confidence_score double precision not null,
    feature_importance jsonb not null default '{}',
    prediction_time_ms double precision not null,
    predicted_at timestamptz not null default now(),
    ground_truth boolean,
    is_correct boolean,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_model_predictions primary key (bank_id, prediction_id),
    constraint fk_model_predictions_bank_id_transaction_id
        foreign key (bank_id, transaction_id) references transactions (bank_id, transaction_id)
        on delete cascade,
    constraint fk_model_predictions_model_name_model_version
        foreign key (model_name, model_version) references model_versions (model_name, model_version),
    constraint fk_model_predictions_bank_id foreign key (bank_id) references banks (bank_id),
    constraint ck_model_predictions_fraud_probability check (fraud_probability between 0 and 1),
    constraint ck_model_predictions_confidence_score check (confidence_score between 0 and 1)
);
create index ix_model_predictions_bank_id_transaction_id on model_predictions (bank_id, transaction_id);
create index ix_model_predictions_model
    on model_predictions (bank_id, model_name, model_version, predicted_at);
call scope_by_bank('model_predictions');
grant select, insert, update on model_predictions to vigie_app;
grant select on model_predictions to vigie_reader;
