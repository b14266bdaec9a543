drop table dataset_jobs;
drop table datasets;
drop table jobs;
