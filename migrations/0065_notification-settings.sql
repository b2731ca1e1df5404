-- Up Migration

-- Which mails a user has chosen to get, or not to get. Null: the user has not chosen, and the default of the kind holds.
create table notification_settings (
  user_id uuid primary key references users (id),
  cashback_recorded boolean,
  cashback_available boolean,
  weekly_summary boolean,
  payouts_waiting boolean,
  -- The Monday of the last weekly summary, or of the week in which the user chose it.
  summarized_on date
);

create index notification_settings_recorded on notification_settings (user_id) where cashback_recorded;
create index notification_settings_weekly on notification_settings (summarized_on) where weekly_summary;
