-- Who erases a customer deletes the patterns that tell of nobody else.

grant delete on fraud_patterns, anomaly_patterns to vigie_app;
