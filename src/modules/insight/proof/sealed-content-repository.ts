import { type RawBuilder, sql } from 'kysely';

/*
 * The content of a seal: each audit record, and the facts of the purchase, payout or adjustment that it records. These facts
 * never change. A status does, and is compared with the audit log instead.
 */

const AT = (column: string) => sql`extract(epoch from ${sql.ref(column)})`;

const RECORD = sql`row(
  audit_logs.id, ${AT('audit_logs.occurred_at')}, actor_type, actor_id, action, resource_type, resource_id, outcome, details,
  request_id, recorded_in
)::text`;

const PURCHASE = sql`(
  select concat(
    row(
      purchases.id, partner_id, namespace, external_id, order_key, purchases.user_id, merchant_id, purchases.offer_id,
      purchases.amount, purchases.currency, ${AT('purchases.purchased_at')}, ${AT('purchases.created_at')}
    )::text,
    row(
      reward.id, reward.user_id, reward.offer_id, cashback_type, cashback_value, monthly_cap, cap_month, cap_group,
      uncapped_amount, reward.amount, reward.currency, ${AT('reward.created_at')}
    )::text,
    (select lines::text from purchase_details where purchase_id = purchases.id)
  )
  from purchases left join cashback_transactions as reward on reward.purchase_id = purchases.id
  where purchases.id = resource_id
)`;

const REVISION = sql`(
  select row(
    purchase_revisions.id, purchase_id, seq, namespace, source_kind, version, cause, purchase_revisions.amount, lines, state,
    uncapped_amount, reward, bucket, reward_before, bucket_before, reason, purchase_revisions.actor_type,
    purchase_revisions.actor_id, ${AT('purchase_revisions.created_at')}
  )::text
  from purchase_revisions
  where purchase_id = resource_id
    and seq = case when details ->> 'revision' ~ '^[0-9]{1,9}$' then (details ->> 'revision')::int end
)`;

const WITNESSES = sql`(
  select string_agg(
    row(namespace, external_id, source_kind, amount, currency, ${AT('reported_at')})::text, '' order by namespace
  )
  from purchase_witnesses
  where purchase_id = resource_id and external_id = details ->> 'external_id'
)`;

const PAYOUT = sql`(
  select row(
    id, user_id, amount, currency, method, iban_masked, account_holder_masked, ${AT('requested_at')}
  )::text
  from payouts where id = resource_id
)`;

const ADJUSTMENT_ID = sql`(
  case when details ->> 'adjustment_id' ~ '^[-0-9a-f]{36}$' then (details ->> 'adjustment_id')::uuid end
)`;

const ADJUSTMENT = sql`(
  select row(id, user_id, amount, currency, direction, reason, admin_id, ${AT('created_at')})::text
  from adjustments where id = ${ADJUSTMENT_ID}
)`;

const DECISION = sql`(
  select row(verdict, decided_by, reason, ${AT('decided_at')})::text
  from adjustment_decisions where adjustment_id = ${ADJUSTMENT_ID}
)`;

const FACTS = sql`
  case action
    when 'purchase.recorded' then ${PURCHASE}
    when 'purchase.amended' then ${REVISION}
    when 'purchase.refilled' then ${REVISION}
    when 'purchase.matched' then concat(${REVISION}, ${WITNESSES})
    when 'payout.requested' then ${PAYOUT}
    when 'payout.processing' then (select row(processing_by)::text from payouts where id = resource_id)
    when 'payout.completed' then (select row(completed_by, needs_four_eyes)::text from payouts where id = resource_id)
    when 'wallet.adjusted' then concat(${ADJUSTMENT}, ${DECISION})
    when 'wallet.adjustment_requested' then ${ADJUSTMENT}
    when 'wallet.adjustment_rejected' then ${DECISION}
    when 'wallet.adjustment_expired' then ${DECISION}
  end
`;

/** The digest of all records that a query selects from `audit_logs`. An aggregate. */
export const CONTENT_DIGEST: RawBuilder<Buffer> = sql`
  sha256(convert_to(coalesce(string_agg(concat(${RECORD}, ${FACTS}), '' order by audit_logs.id), ''), 'UTF8'))
`;

/** The digest of a seal: that of the previous seal, what the seal says of itself, and its content. */
export function sealDigest(parts: {
  readonly previous: RawBuilder<unknown>;
  readonly statement: readonly RawBuilder<unknown>[];
  readonly content: RawBuilder<unknown>;
}): RawBuilder<Buffer> {
  const statement = sql`convert_to(concat_ws(' ', ${sql.join(parts.statement)}), 'UTF8')`;
  return sql`sha256(${parts.previous} || ${statement} || ${parts.content})`;
}

/** What a seal says of itself. */
export function statementOfSeal(columns: {
  readonly number: RawBuilder<unknown>;
  readonly upTo: RawBuilder<unknown>;
  readonly records: RawBuilder<unknown>;
}): readonly RawBuilder<unknown>[] {
  return [columns.number, columns.upTo, sql`before`, columns.records, AT('sealed_at')];
}

/** The lowest possible id of this instant. */
export function firstIdAt(instant: RawBuilder<unknown>): RawBuilder<string> {
  return sql`rpad(lpad(to_hex(floor(extract(epoch from ${instant}) * 1000)::bigint), 12, '0'), 32, '0')::uuid`;
}
