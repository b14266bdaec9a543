drop table merchants;
drop table customers;
