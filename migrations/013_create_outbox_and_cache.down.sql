drop table cache_entries;
drop table outbox;
