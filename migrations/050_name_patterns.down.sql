drop index uq_anomaly_patterns_key;
drop index uq_fraud_patterns_key;
alter table anomaly_patterns drop column pattern_key;
alter table fraud_patterns drop column pattern_key;
