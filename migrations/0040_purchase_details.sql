-- Up Migration

-- Facts that few purchases have, in a table of their own: purchases without them cost no more than before.
create table purchase_details (
  purchase_id uuid primary key references purchases (id),
  -- The parts of the order as they were recorded. Later statements about them are in purchase_revisions.
  lines jsonb not null check (jsonb_typeof(lines) = 'array' and jsonb_array_length(lines) > 0)
);

create trigger purchase_details_are_append_only
  before update or delete or truncate on purchase_details
  for each statement execute function refuse_change();
