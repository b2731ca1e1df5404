-- Up Migration

-- The order of the feed has an index now (0057), so the planner needs a rough picture of it (0027).
alter table audit_logs alter column recorded_in set statistics 20;
