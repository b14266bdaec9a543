drop table transactions;
