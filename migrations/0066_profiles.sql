-- Up Migration

-- The language of mails, and the name in them. Constants as defaults: no row is rewritten.
alter table users
  add column locale text not null default 'en'
    constraint users_locale_known check (locale in ('en', 'de')),
  add column display_name text
    constraint users_display_name_length check (char_length(display_name) between 1 and 100);
