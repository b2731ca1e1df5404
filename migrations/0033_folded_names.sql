-- Up Migration

-- The form by which names are compared, as in src/core/fold-name.ts: NFKC, without invisible characters, without
-- case, with single spaces. The mapping of case is ICU's where the server has it, so that `ß` is `ss`.
do $$
declare
  icu text := (select ' collate "und-x-icu"' from pg_collation where collname = 'und-x-icu' limit 1);
begin
  execute format(
    $definition$
      create function fold_name(name text) returns text language sql immutable strict parallel safe as $body$
        select trim(regexp_replace(
          normalize(
            lower(upper(lower(
              regexp_replace(
                normalize(name, nfkc),
                '[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]',
                '', 'g'
              )%1$s
            )%1$s)%1$s),
            nfkc
          ),
          '[ \t\n\v\f\r\u1680\u2028\u2029]+', ' ', 'g'
        ))
      $body$
    $definition$,
    coalesce(icu, '')
  );
end
$$;

-- Small tables: a scan and a lock of moments.
alter table merchants add column name_folded text;
alter table partners add column name_folded text;

-- Of names that were different until now and fold alike, the oldest has the form, and the others add their id to it.
update merchants
set name_folded = folded.form || case when folded.place > 1 then ' ' || merchants.id else '' end
from (
  select id, fold_name(name) as form, row_number() over (partition by fold_name(name) order by created_at, id) as place
  from merchants
) as folded
where folded.id = merchants.id;

update partners
set name_folded = folded.form || case when folded.place > 1 then ' ' || partners.id else '' end
from (
  select id, fold_name(name) as form, row_number() over (partition by fold_name(name) order by created_at, id) as place
  from partners
) as folded
where folded.id = partners.id;

-- squawk-ignore disallowed-unique-constraint, constraint-missing-not-valid
alter table merchants add constraint merchants_name_folded_key unique (name_folded);
-- squawk-ignore disallowed-unique-constraint, constraint-missing-not-valid
alter table partners add constraint partners_name_folded_key unique (name_folded);

-- Fills the column for a writer that does not know it, such as a process of the version before, which must not fail.
create function fill_folded_name() returns trigger language plpgsql as $$
declare
  taken boolean;
begin
  new.name_folded := fold_name(new.name);
  execute format('select exists (select from %I where name_folded = $1 and id <> $2)', tg_table_name)
    into taken using new.name_folded, new.id;
  if taken then
    new.name_folded := new.name_folded || ' ' || new.id;
  end if;
  return new;
end
$$;

create trigger merchants_fold_new_names before insert on merchants
  for each row when (new.name_folded is null) execute function fill_folded_name();
create trigger merchants_fold_changed_names before update of name on merchants
  for each row when (new.name <> old.name and new.name_folded = old.name_folded)
  execute function fill_folded_name();
create trigger partners_fold_new_names before insert on partners
  for each row when (new.name_folded is null) execute function fill_folded_name();
create trigger partners_fold_changed_names before update of name on partners
  for each row when (new.name <> old.name and new.name_folded = old.name_folded)
  execute function fill_folded_name();

-- squawk-ignore adding-not-nullable-field
alter table merchants alter column name_folded set not null;
-- squawk-ignore adding-not-nullable-field
alter table partners alter column name_folded set not null;
