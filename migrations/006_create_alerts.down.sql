drop table decision_reasons;
drop table alert_events;
drop table alert_transactions;
drop table alerts;
