drop table exchange_rates;
drop table banks;
drop procedure scope_by_bank(regclass);
revoke select on schema_migrations from vigie_app, vigie_reader;
