drop table login_history;
drop table user_sessions;
drop table user_banks;
drop table users;
