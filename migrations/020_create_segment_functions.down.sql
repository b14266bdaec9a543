alter table segments drop constraint ck_segments_data;
alter table segment_tail drop constraint ck_segment_tail_data;
drop function segment_record;
