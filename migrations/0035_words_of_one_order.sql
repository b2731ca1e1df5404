-- Up Migration

-- In a migration of its own: a new enum value cannot be used in the transaction that adds it.
alter type purchase_revision_cause add value 'matched' after 'amended';
alter type purchase_revision_cause add value 'refilled' after 'matched';
alter type reversal_reason add value 'duplicate' after 'error';
alter type hold_resolution add value 'matched' after 'reversed';
