drop function packed_records;
drop type recorded_row;
