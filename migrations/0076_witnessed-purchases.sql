-- Up Migration

-- The purchases that a source has reported after another one, newest first. Matches are few, so its cost is small.
-- squawk-ignore require-concurrent-index-creation
create index purchase_witnesses_namespace on purchase_witnesses (namespace, purchase_id);

-- By what another source called the purchase, whoever that is.
-- squawk-ignore require-concurrent-index-creation
create index purchase_witnesses_external_id on purchase_witnesses (external_id);
