drop table calendar_events;
