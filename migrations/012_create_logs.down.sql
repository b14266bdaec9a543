drop table audit_log;
drop table system_logs;
drop function create_daily_partitions(text, int);
