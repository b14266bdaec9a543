drop table fraud_labels;
