drop table pattern_transactions;
drop table anomaly_patterns;
drop table fraud_patterns;
