-- Up Migration

-- In a migration of its own: a new enum value cannot be used in the transaction that adds it.
alter type wallet_source_type add value 'revision' after 'purchase';
