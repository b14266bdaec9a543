-- A pattern's own name in its bank, by which a detector finds again what it found before.

alter table fraud_patterns add column pattern_key text collate "C";
alter table anomaly_patterns add column pattern_key text collate "C";
create unique index uq_fraud_patterns_key on fraud_patterns (bank_id, pattern_type, pattern_key);
create unique index uq_anomaly_patterns_key on anomaly_patterns (bank_id, pattern_type, pattern_key);
