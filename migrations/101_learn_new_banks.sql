-- To a bank that came after the last ANALYZE the planner gives one row, and joins thousands by reading each for
-- each. Its first enrichment asks for statistics that know it.
create function learn_bank() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    analyze (skip_locked) public.transactions (bank_id, transaction_id, customer_id, merchant_id, "timestamp");
    analyze (skip_locked) public.customers (bank_id, customer_id);
    analyze (skip_locked) public.merchants (bank_id, merchant_id);
end $$;
revoke execute on function learn_bank from public;
grant execute on function learn_bank to vigie_app;
