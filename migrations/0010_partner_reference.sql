-- Up Migration

alter table purchases validate constraint purchases_partner;
