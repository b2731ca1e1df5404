-- Up Migration

-- The bank sent a completed payout back. Alone, because a new value cannot be used in the transaction that adds it.
alter type payout_status add value if not exists 'returned' after 'completed';
