drop function refresh_statistics;
