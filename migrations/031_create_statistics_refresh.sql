-- What a bulk writer calls between its batches: fresh statistics for tables that have doubled since.

-- A foreign key's check is planned once in a session. Planned while a table was small, it reads all rows of
-- the bank by whichever index begins with bank_id, for every row written, until the table is analysed.
-- The application owns nothing and so may not analyse; a table that another session analyses is left to it.
-- Only the keys are looked at: the rest is autovacuum's, which still sees every row as unanalysed.
create function refresh_statistics() returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    keys text;
    refreshed int := 0;
begin
    for keys in
        select k.keys
        from (values
            ('public.customers'::regclass, 'public.customers (bank_id, customer_id)'),
            ('public.merchants'::regclass, 'public.merchants (bank_id, merchant_id)'),
            ('public.transactions'::regclass,
                'public.transactions (bank_id, transaction_id, customer_id, merchant_id, "timestamp")')
        ) as k (relation, keys)
        join pg_class c on c.oid = k.relation
        where pg_relation_size(c.oid) / current_setting('block_size')::int > 2 * c.relpages
    loop
        execute 'analyze (skip_locked) ' || keys;
        refreshed := refreshed + 1;
    end loop;
    return refreshed;
end $$;
revoke execute on function refresh_statistics from public;
grant execute on function refresh_statistics to vigie_app;
