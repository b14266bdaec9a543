revoke delete on fraud_patterns, anomaly_patterns from vigie_app;
