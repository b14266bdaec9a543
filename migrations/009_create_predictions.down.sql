drop table model_predictions;
drop table model_versions;
