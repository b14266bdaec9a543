drop table segment_tail;
drop table segments;
drop table codes;
