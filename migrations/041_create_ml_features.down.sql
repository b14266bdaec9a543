drop table ml_features;
