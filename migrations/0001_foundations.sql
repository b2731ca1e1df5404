-- Up Migration

-- Equality on uuid inside the exclusion constraint of offers. A trusted extension: no superuser needed.
create extension if not exists btree_gist;

-- Four decimals hold every ISO 4217 currency (at most 4 minor digits). A plain numeric would accept NaN, and
-- NaN compares greater than everything, so "amount > 0" alone would let it through.
-- (The linter's objection is that a domain's constraint cannot be changed online. ISO 4217 will not ask us to.)
create domain money_amount as numeric(19, 4)
  -- squawk-ignore ban-create-domain-with-constraint
  constraint money_amount_is_a_number check (value <> 'NaN');

create domain currency_code as text
  -- squawk-ignore ban-create-domain-with-constraint
  constraint currency_code_is_iso_4217 check (value ~ '^[A-Z]{3}$');

-- Journal, audit and terms that money was computed from are never edited: the database refuses it, whoever asks.
create function refuse_change() returns trigger
  language plpgsql
as $$
begin
  raise exception '% is refused on table %', lower(tg_op), tg_table_name using errcode = 'restrict_violation';
end
$$;

-- A state machine as data: the trigger's arguments are the legal moves, 'pending>confirmed' and so on.
create function refuse_illegal_transition() returns trigger
  language plpgsql
as $$
begin
  if not (old.status || '>' || new.status) = any (tg_argv) then
    raise exception 'table % has no transition from % to %', tg_table_name, old.status, new.status
      using errcode = 'check_violation';
  end if;
  return new;
end
$$;
