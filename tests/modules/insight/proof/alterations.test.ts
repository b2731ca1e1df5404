import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keepBooks, proveAltered } from '../../../support/altered-books.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { rowsOf } from '../../../support/purchases-shop.ts';

const platform = await startTestPlatform({ environment: { SUPPORTED_CURRENCIES: 'EUR,JPY' } });
const books = await keepBooks(platform);
const { names } = books;

const COLUMNS = `id, wallet_id, sequence, type, from_bucket, to_bucket, amount, source_type, source_id, pending_after,
  available_after, paid_after, created_at`;

const entryOf = (source: string, type: string) => `source_id = :${source} and type = '${type}'`;

/** An entry of 1.00 after all others of the wallet; only its successors, of which there are none, would disagree. */
const extraEntry = (values: string) => `
  insert into wallet_entries (${COLUMNS})
  select
    gen_random_uuid(), :wallet, max(sequence) + 1, ${values}, 0, 0, 0, now()
  from wallet_entries where wallet_id = :wallet`;

const without = (table: string, where: string) => `delete from ${table} where ${where}`;

/** Each alters what one row says. `found` names the row and both values. */
const ALTERATIONS: readonly [title: string, statement: string, found: RegExp][] = [
  [
    'the amount of a credit',
    `update wallet_entries set amount = 70 where ${entryOf('pending', 'cashback_credit')}`,
    /cashback_credit of 70\.00 EUR, disagrees with purchase :pending: amount 70\.00 EUR instead of 20\.00 EUR/,
  ],
  [
    'the amount of a confirmation',
    `update wallet_entries set amount = 5.01 where ${entryOf('confirmed', 'cashback_confirmation')}`,
    /cashback_confirmation of 5\.01 EUR, disagrees with purchase :confirmed: amount 5\.01 EUR instead of 5\.00 EUR/,
  ],
  [
    'the amount of a reversal',
    `update wallet_entries set amount = 4 where ${entryOf('takenBack', 'cashback_reversal')}`,
    /disagrees with purchase :takenBack: amount 4\.00 EUR instead of 5\.00 EUR/,
  ],
  [
    'the amount of a payout’s entry',
    `update wallet_entries set amount = 1 where ${entryOf('payout_completed', 'payout')}`,
    /disagrees with payout :payout_completed: amount 1\.00 EUR instead of 13\.00 EUR/,
  ],
  [
    'the amount of a refund',
    `update wallet_entries set amount = 140 where ${entryOf('payout_failed', 'payout_refund')};
     update wallet_entries set amount = 500 where ${entryOf('payout_requested', 'payout')}`,
    /disagrees with payout :payout_failed: amount 140\.00 EUR instead of 14\.00 EUR/,
  ],
  [
    'the amount of an adjustment’s entry',
    `update wallet_entries set amount = 20.0001 where ${entryOf('credit', 'adjustment')}`,
    /disagrees with adjustment :credit: amount 20\.0001 EUR instead of 20\.00 EUR/,
  ],
  [
    'the way of an adjustment’s entry',
    `update wallet_entries set from_bucket = 'platform', to_bucket = 'available' where ${entryOf('debit', 'adjustment')}`,
    /disagrees with adjustment :debit: way platform to available instead of available to platform/,
  ],
  [
    'the way of a reversal',
    `update wallet_entries set from_bucket = 'pending' where ${entryOf('takenBack', 'cashback_reversal')}`,
    /way pending to platform instead of available to platform/,
  ],
  [
    'the wallet of an entry',
    `update wallet_entries set wallet_id = :strangers_wallet, sequence = 50 where ${entryOf('credit', 'adjustment')}`,
    /disagrees with adjustment :credit: user :stranger instead of :user/,
  ],
  [
    'the source of an entry',
    `update wallet_entries set source_id = '01936f2e-8c1b-7c3a-9d55-000000000001' where ${entryOf('credit', 'adjustment')}`,
    /names adjustment 01936f2e-8c1b-7c3a-9d55-000000000001, which is missing/,
  ],
  [
    'the type of an entry’s source',
    `update wallet_entries set source_type = 'payout' where ${entryOf('credit', 'adjustment')}`,
    /disagrees with adjustment :credit: source type payout instead of adjustment/,
  ],
  [
    'the type of an entry',
    `update wallet_entries set type = 'cashback_confirmation', from_bucket = 'pending', to_bucket = 'available'
     where ${entryOf('reversed', 'cashback_reversal')}`,
    /cashback_confirmation of 5\.00 EUR, has no reason: purchase :reversed is reversed and demands none/,
  ],
  [
    'a missing credit',
    without('wallet_entries', entryOf('pending', 'cashback_credit')),
    /The journal has no cashback_credit of 20\.00 EUR for purchase :pending, which is pending/,
  ],
  [
    'a missing reversal',
    without('wallet_entries', entryOf('takenBack', 'cashback_reversal')),
    /no cashback_reversal of 5\.00 EUR for purchase :takenBack, which is reversed/,
  ],
  [
    'a missing payout entry',
    without('wallet_entries', entryOf('payout_requested', 'payout')),
    /no payout of 11\.00 EUR for payout :payout_requested, which is requested/,
  ],
  [
    'a missing refund',
    without('wallet_entries', entryOf('payout_cancelled', 'payout_refund')),
    /no payout_refund of 15\.00 EUR for payout :payout_cancelled, which is cancelled/,
  ],
  [
    'a missing debit',
    without('wallet_entries', entryOf('debit', 'adjustment')),
    /no adjustment of 5\.00 EUR for adjustment :debit, which is debit/,
  ],
  [
    'an entry of an adjustment that nobody made',
    extraEntry(
      `'adjustment', 'platform', 'available', 1, 'adjustment', '01936f2e-8c1b-7c3a-9d55-000000000001'`,
    ),
    /adjustment of 1\.00 EUR, names adjustment 01936f2e-8c1b-7c3a-9d55-000000000001, which is missing/,
  ],
  [
    'a refund of a payout that was completed',
    extraEntry(`'payout_refund', 'paid', 'available', 1, 'payout', :payout_completed`),
    /has no reason: payout :payout_completed is completed and demands none/,
  ],
  [
    'a confirmation of a purchase that is pending',
    extraEntry(`'cashback_confirmation', 'pending', 'available', 1, 'purchase', :pending`),
    /has no reason: purchase :pending is pending and demands none/,
  ],
  [
    'a credit of a purchase whose cap left nothing',
    extraEntry(`'cashback_credit', 'platform', 'pending', 1, 'purchase', :unrewarded`),
    /has no reason: purchase :unrewarded is confirmed and demands none/,
  ],
  [
    'a second entry of one source, past the unique key',
    `alter table wallet_entries drop constraint wallet_entries_source_key;
     ${extraEntry(`'adjustment', 'platform', 'available', 20, 'adjustment', :credit`)}`,
    /adjustment of 20\.00 EUR, has no reason: adjustment :credit is credit and demands none/,
  ],
  [
    'the amount of a reward',
    `update cashback_transactions set amount = 53.18, uncapped_amount = 53.18 where purchase_id = :pending`,
    /reward of purchase :pending disagrees .*amount before the cap 53\.18 EUR instead of 20\.00 EUR, amount 53\.18 EUR instead of 20\.00 EUR/,
  ],
  [
    'the amount of a reward that a cap cut, within the cap',
    `update cashback_transactions set amount = 14 where purchase_id = :cut`,
    /cashback_credit of 15\.00 EUR, disagrees with purchase :cut: amount 15\.00 EUR instead of 14\.00 EUR/,
  ],
  [
    'the amount of a reward that a cap cut, past the cap',
    `update cashback_transactions set amount = 16 where purchase_id = :cut`,
    /amount 16\.00 EUR instead of 15\.00 EUR/,
  ],
  [
    'the amount of a reward of nothing',
    `update cashback_transactions set amount = 10 where purchase_id = :unrewarded`,
    /no cashback_credit of 10\.00 EUR for purchase :unrewarded/,
  ],
  [
    'the reward of a revision',
    `update purchase_revisions set reward = 2.5 where id = :lowered`,
    /Revision 1 of purchase :amended disagrees .*reward 2\.50 EUR instead of 3\.00 EUR/,
  ],
  [
    'the reward before a revision',
    `update purchase_revisions set reward_before = 0 where id = :confirmed_later`,
    /Revision 2 of purchase :amended disagrees .*reward before 0\.00 EUR instead of 3\.00 EUR/,
  ],
  [
    'the amount of a revision',
    `update purchase_revisions set amount = 1000 where id = :refund`,
    /Revision 1 of purchase :refunded disagrees .*amount before the cap 2\.00 EUR instead of 50\.00 EUR/,
  ],
  [
    'the amount of a refill',
    `update purchase_revisions set amount = 200, uncapped_amount = 20 where id = :refill`,
    /Revision 1 of purchase :topped disagrees with what precedes it: .*20\.00 EUR instead of 10\.00 EUR/,
  ],
  [
    'an offer whose freed room was given to an earlier purchase',
    `update offers set cap_refill = false where id = :refilling`,
    /Revision 1 of purchase :topped disagrees with what precedes it: .*10\.00 EUR instead of 0\.00 EUR/,
  ],
  [
    'the way of a revision',
    `update purchase_revisions set bucket_before = 'pending', bucket = 'pending' where id = :confirmed_later`,
    /Revision 2 of purchase :amended disagrees .*way pending to pending instead of pending to available/,
  ],
  [
    'a missing revision',
    without('purchase_revisions', `id = :confirmed_later`),
    /Purchase :amended is at revision 2, but its latest one is 1\./,
  ],
  [
    'a missing witness',
    without('purchase_witnesses', `purchase_id = :matched`),
    /Purchase :matched was matched by a revision without a witness\./,
  ],
  [
    'an invented witness',
    `insert into purchase_witnesses (namespace, external_id, purchase_id, source_kind, amount, currency, reported_at)
     values (:user, 'invented', :pending, 'shopper', 400, 'EUR', now())`,
    /Purchase :pending has a witness without a revision\./,
  ],
  [
    'the amount of a witness',
    `update purchase_witnesses set amount = 89; update purchase_revisions set amount = 90 where purchase_id = :matched`,
    /Purchase :matched was matched with an amount that no source reported\./,
  ],
  [
    'a duplicate of nothing',
    `update purchases set external_id = 'another' where id = :duplicate`,
    /Purchase :duplicate was reversed as a duplicate, but is no witness of another one\./,
  ],
  [
    'a purchase whose revisions are hidden',
    `update purchases set revision = 0 where id = :refunded`,
    /Purchase :refunded is at revision 0, but its latest one is 1\./,
  ],
  [
    'the amount of a revision’s entry',
    `update wallet_entries set amount = 1 where ${entryOf('lowered', 'cashback_reversal')}`,
    /cashback_reversal of 1\.00 EUR, disagrees with revision :lowered: amount 1\.00 EUR instead of 2\.00 EUR/,
  ],
  [
    'a missing entry of a revision',
    without('wallet_entries', entryOf('confirmed_later', 'cashback_confirmation')),
    /no cashback_confirmation of 1\.00 EUR for revision :confirmed_later, which is confirmed/,
  ],
  [
    'the confirmation of an amended purchase',
    `update wallet_entries set amount = 5 where ${entryOf('amended', 'cashback_confirmation')}`,
    /cashback_confirmation of 5\.00 EUR, disagrees with purchase :amended: amount 5\.00 EUR instead of 3\.00 EUR/,
  ],
  [
    'the reversal of an amended purchase',
    `update wallet_entries set amount = 5 where ${entryOf('refunded', 'cashback_reversal')}`,
    /cashback_reversal of 5\.00 EUR, disagrees with purchase :refunded: amount 5\.00 EUR instead of 2\.00 EUR/,
  ],
  [
    'the audit record of an amendment',
    `update audit_logs set details = details || '{"cashback_amount": "9.00"}'
     where resource_id = :amended and action = 'purchase.amended' and details ->> 'revision' = '2'`,
    /purchase\.amended of purchase :amended, disagrees with it: cashback 9\.00 EUR instead of 4\.00 EUR/,
  ],
  [
    'a missing audit record of an amendment',
    without('audit_logs', `resource_id = :refunded and action = 'purchase.amended'`),
    /audit log has no record purchase\.amended of purchase :refunded/,
  ],
  [
    'the amount that a release counts',
    `update exposure_entries set amount = 4 where source_id = :counted;
     update exposure_days set released = 8 where namespace = :limited`,
    /release of 4\.00 EUR from source :counted, counted on .*, disagrees with its source: amount 4\.00 EUR instead of 5\.00 EUR/,
  ],
  [
    'the amount that a raise counts',
    `update exposure_entries set amount = 0.5 where source_id = :raise;
     update exposure_days set released = 8.5 where namespace = :limited`,
    /from source :raise, .* disagrees with its source: amount 0\.50 EUR instead of 1\.00 EUR/,
  ],
  [
    'the day in which a release counts',
    `insert into exposure_days select namespace, currency, day - 1, 5 from exposure_days where namespace = :limited;
     update exposure_entries set day = day - 1 where source_id = :counted;
     update exposure_days set released = 4 where namespace = :limited and released = 9`,
    /from source :counted, .* disagrees with its source: day 2026-03-13 instead of 2026-03-14/,
  ],
  [
    'the partner for which a release counts',
    `insert into exposure_days select :user, currency, day, 5 from exposure_days where namespace = :limited;
     update exposure_entries set namespace = :user where source_id = :counted;
     update exposure_days set released = 4 where namespace = :limited`,
    /from source :counted, .* disagrees with its source: namespace :user instead of unknown/,
  ],
  [
    'the purchase that a release counts',
    `update exposure_entries set purchase_id = :pending where source_id = :counted`,
    /from source :counted, .* disagrees with its source: purchase :pending instead of :counted/,
  ],
  [
    'a release that was counted and never happened',
    `insert into exposure_entries
     select purchases.id, purchases.id, exposure_days.namespace, exposure_days.currency, day, 1
     from exposure_days, purchases where exposure_days.namespace = :limited and purchases.id = :waiting;
     update exposure_days set released = 10 where namespace = :limited`,
    /release of 1\.00 EUR from source :waiting, .* counts what never became available/,
  ],
  [
    'the sum of a day',
    `update exposure_days set released = 1 where namespace = :limited`,
    /Namespace :limited has 1\.00 EUR released on 2026-03-14, but its entries make 9\.00 EUR/,
  ],
  [
    'a missing sum of a day',
    without('exposure_days', 'namespace = :limited'),
    /Namespace :limited has no sum of releases on 2026-03-14, but its entries make 9\.00 EUR/,
  ],
  [
    'a release that is not counted any more',
    without('exposure_entries', 'source_id = :late'),
    /Namespace :limited has 9\.00 EUR released on 2026-03-14, but its entries make 6\.00 EUR/,
  ],
  [
    'a purchase that waits made to look released',
    `update purchases set released_at = now() where id = :waiting`,
    /no cashback_confirmation of 1\.00 EUR for purchase :waiting, which is confirmed/,
  ],
  [
    'a purchase that waits made to look released at its confirmation',
    `update purchases set release_queue = null where id = :waiting`,
    /no cashback_confirmation of 1\.00 EUR for purchase :waiting, which is confirmed/,
  ],
  [
    'a released purchase made to look as if it waited',
    `update purchases set released_at = null where id = :late`,
    /cashback_confirmation of 3\.00 EUR, has no reason: purchase :late is confirmed/,
  ],
  [
    'a released purchase made to look as if it never waited',
    `update purchases set released_at = null, release_queue = null where id = :late`,
    /purchase\.reward_released of purchase :late, records what the purchase does not show/,
  ],
  [
    'a purchase that waits without a confirmation',
    `update purchases set release_queue = :limited where id = :pending`,
    /The purchase :pending is pending, but names a release queue/,
  ],
  [
    'a release out of no queue',
    `update purchases set released_at = now() where id = :confirmed`,
    /The purchase :confirmed is confirmed, but was released out of no queue/,
  ],
  [
    'a release before the confirmation',
    `update purchases set released_at = confirmed_at - interval '1 second' where id = :late`,
    /The purchase :late is confirmed, but was released before it was confirmed/,
  ],
  [
    'the status of a reward that waits',
    `update cashback_transactions set status = 'available' where purchase_id = :waiting`,
    /reward of purchase :waiting .* status available instead of pending/,
  ],
  [
    'the way of a reversal of what waited',
    `update wallet_entries set from_bucket = 'available' where ${entryOf('dropped', 'cashback_reversal')}`,
    /disagrees with purchase :dropped: way available to platform instead of pending to platform/,
  ],
  [
    'the way of a revision of what waited',
    `update purchase_revisions set bucket = 'available' where id = :while_waiting`,
    /Revision 1 of purchase :late .* way pending to available instead of pending to pending/,
  ],
  [
    'the event of a confirmation that released nothing',
    `update audit_logs set details = details - 'awaiting_release'
     where resource_id = :waiting and action = 'purchase.confirmed'`,
    /purchase\.confirmed of purchase :waiting, disagrees with it: release queue unknown instead of :limited/,
  ],
  [
    'a missing event of a release',
    without('audit_logs', `resource_id = :late and action = 'purchase.reward_released'`),
    /The audit log has no record purchase\.reward_released of purchase :late/,
  ],
  [
    'the terms of a reward',
    `update cashback_transactions set cashback_value = 50 where purchase_id = :pending`,
    /terms percent 50\.0000 instead of percent 5\.0000/,
  ],
  [
    'the status of a reward',
    `update cashback_transactions set status = 'available' where purchase_id = :pending`,
    /status available instead of pending/,
  ],
  [
    'the user of a reward',
    `update cashback_transactions set user_id = :stranger where purchase_id = :pending`,
    /user :stranger instead of :user/,
  ],
  [
    'the currency of a reward',
    `update cashback_transactions set currency = 'JPY' where purchase_id = :pending`,
    /currency JPY instead of EUR/,
  ],
  [
    'a missing reward',
    without('cashback_transactions', 'purchase_id = :confirmed'),
    /Purchase :confirmed has no reward/,
  ],
  [
    'the amount of a purchase',
    `update purchases set amount = 4000 where id = :pending`,
    /amount before the cap 20\.00 EUR instead of 200\.00 EUR/,
  ],
  [
    'the amount of a purchase, by a cent that changes no reward',
    `update purchases set amount = amount + 0.01 where id = :pending`,
    /Audit record .* of purchase :pending, disagrees with it: amount 400\.00 EUR instead of 400\.01 EUR/,
  ],
  [
    'the currency of a purchase',
    `update purchases set currency = 'JPY' where id = :pending`,
    /disagrees with purchase :pending: currency EUR instead of JPY/,
  ],
  [
    'the user of a purchase',
    `update purchases set user_id = :stranger where id = :pending`,
    /disagrees with purchase :pending: user :user instead of :stranger/,
  ],
  [
    'a purchase made to look confirmed',
    `update purchases set status = 'confirmed', confirmed_at = now() where id = :pending`,
    /no cashback_confirmation of 20\.00 EUR for purchase :pending, which is confirmed/,
  ],
  [
    'a purchase made to look pending',
    `update purchases set status = 'pending', confirmed_at = null where id = :confirmed`,
    /cashback_confirmation of 5\.00 EUR, has no reason: purchase :confirmed is pending/,
  ],
  [
    'a purchase made to look kept',
    `update purchases set status = 'confirmed', reversed_at = null, reversal_reason = null where id = :takenBack`,
    /cashback_reversal of 5\.00 EUR, has no reason: purchase :takenBack is confirmed/,
  ],
  [
    'a reversed purchase made to look never confirmed',
    `update purchases set confirmed_at = null where id = :takenBack`,
    /cashback_confirmation of 5\.00 EUR, has no reason/,
  ],
  [
    'a missing purchase',
    without('purchases', 'id = :confirmed'),
    /The reward of 5\.00 EUR names purchase :confirmed, which is missing/,
  ],
  [
    'the amount of a payout',
    `update payouts set amount = 130 where id = :payout_completed`,
    /disagrees with payout :payout_completed: amount 13\.00 EUR instead of 130\.00 EUR/,
  ],
  [
    'the currency of a payout',
    `update payouts set currency = 'JPY' where id = :payout_completed`,
    /disagrees with payout :payout_completed: currency EUR instead of JPY/,
  ],
  [
    'the user of a payout',
    `update payouts set user_id = :stranger where id = :payout_completed`,
    /disagrees with payout :payout_completed: user :user instead of :stranger/,
  ],
  [
    'a completed payout made to look failed',
    `update payouts set status = 'failed', external_reference = null, failure_reason = 'x' where id = :payout_completed`,
    /no payout_refund of 13\.00 EUR for payout :payout_completed, which is failed/,
  ],
  [
    'a failed payout made to look completed',
    `update payouts set status = 'completed', external_reference = 'x', failure_reason = null where id = :payout_failed`,
    /payout_refund of 14\.00 EUR, has no reason: payout :payout_failed is completed/,
  ],
  [
    'an approval that is gone',
    without('adjustment_decisions', 'adjustment_id = :approved'),
    /adjustment of 1500\.00 EUR, has no reason: adjustment :approved is awaiting approval and demands none/,
  ],
  [
    'an approval made to look rejected',
    `update adjustment_decisions set verdict = 'rejected', reason = 'x' where adjustment_id = :approved`,
    /adjustment of 1500\.00 EUR, has no reason: adjustment :approved is rejected and demands none/,
  ],
  [
    'an approval by the one who made the adjustment',
    `update adjustment_decisions set decided_by = :admin where adjustment_id = :approved`,
    /adjustment of 1500\.00 EUR, has no reason: adjustment :approved/,
  ],
  [
    'the administrator who approved',
    `update adjustment_decisions set decided_by = :stranger where adjustment_id = :approved`,
    /wallet\.adjusted of adjustment :approved, disagrees with it: administrator :colleague instead of :stranger/,
  ],
  [
    'an invented approval',
    `insert into adjustment_decisions values (:awaiting, 'approved', :colleague, null, now())`,
    /no adjustment of 1500\.00 EUR for adjustment :awaiting, which is credit/,
  ],
  [
    'an adjustment made to need no approval',
    `update adjustments set needs_four_eyes = false where id = :awaiting`,
    /no adjustment of 1500\.00 EUR for adjustment :awaiting/,
  ],
  [
    'an approved adjustment made to need no approval',
    `update adjustments set needs_four_eyes = false where id = :approved`,
    /wallet\.adjustment_requested of adjustment :approved, records what the adjustment does not show/,
  ],
  [
    'a missing record of a rejection',
    without('audit_logs', `action = 'wallet.adjustment_rejected'`),
    /audit log has no record wallet\.adjustment_rejected of adjustment :rejected/,
  ],
  [
    'a completed payout made to look returned',
    `update payouts set status = 'returned', returned_at = now(), return_reason = 'x' where id = :payout_completed`,
    /no payout_refund of 13\.00 EUR for payout :payout_completed, which is returned/,
  ],
  [
    'a returned payout made to look completed',
    `update payouts set status = 'completed', returned_at = null, return_reason = null where id = :payout_returned`,
    /payout_refund of 16\.00 EUR, has no reason: payout :payout_returned is completed/,
  ],
  [
    'a missing record of a return',
    without('audit_logs', `resource_id = :payout_returned and action = 'payout.returned'`),
    /audit log has no record payout\.returned of payout :payout_returned/,
  ],
  [
    'the administrator who processed a payout',
    `update payouts set processing_by = :stranger where id = :payout_completed`,
    /payout\.processing of payout :payout_completed, disagrees with it: administrator :admin instead of :stranger/,
  ],
  [
    'the administrator who completed a payout',
    `update payouts set completed_by = :user where id = :payout_returned`,
    /payout\.completed of payout :payout_returned, disagrees with it: administrator :admin instead of :user/,
  ],
  [
    'a payout made to look under way',
    `update payouts set status = 'processing', external_reference = null, settled_at = null where id = :payout_completed`,
    /Audit record .*, payout\.completed of payout :payout_completed, records what the payout does not show/,
  ],
  [
    'a payout made to look never processed',
    `update payouts set processing_at = null where id = :payout_completed`,
    /payout\.processing of payout :payout_completed, records what the payout does not show/,
  ],
  [
    'a missing payout',
    without('payouts', 'id = :payout_requested'),
    /payout of 11\.00 EUR, names payout :payout_requested, which is missing/,
  ],
  [
    'the amount of an adjustment',
    `update adjustments set amount = 200 where id = :credit`,
    /disagrees with adjustment :credit: amount 20\.00 EUR instead of 200\.00 EUR/,
  ],
  [
    'the direction of an adjustment',
    `update adjustments set direction = 'credit' where id = :debit`,
    /way available to platform instead of platform to available/,
  ],
  [
    'the currency of an adjustment',
    `update adjustments set currency = 'JPY' where id = :credit`,
    /disagrees with adjustment :credit: currency EUR instead of JPY/,
  ],
  [
    'the user of an adjustment',
    `update adjustments set user_id = :stranger where id = :credit`,
    /disagrees with adjustment :credit: user :user instead of :stranger/,
  ],
  [
    'the administrator of an adjustment',
    `update adjustments set admin_id = :stranger where id = :credit`,
    /wallet\.adjusted of adjustment :credit, disagrees with it: administrator :admin instead of :stranger/,
  ],
  [
    'a missing adjustment',
    without('adjustments', 'id = :credit'),
    /adjustment of 20\.00 EUR, names adjustment :credit, which is missing/,
  ],
  [
    'the user of a wallet',
    `update wallets set user_id = gen_random_uuid() where id = :wallet`,
    /disagrees with adjustment :credit: user [-0-9a-f]+ instead of :user/,
  ],
  [
    'the currency of a wallet',
    `update wallets set currency = 'QQQ' where id = :wallet`,
    /disagrees with adjustment :credit: currency QQQ instead of EUR/,
  ],
  [
    'a missing wallet',
    without('wallets', 'id = :wallet'),
    /Wallet :wallet is missing, and its journal states 35\.00 pending, 988\.00 available and 36\.00 paid/,
  ],
  [
    'the cashback of an audit record',
    `update audit_logs set details = details || '{"cashback_amount": "50.00"}'
     where resource_id = :pending and action = 'purchase.recorded'`,
    /purchase\.recorded of purchase :pending, disagrees with it: cashback 50\.00 EUR instead of 20\.00 EUR/,
  ],
  [
    'the amount of an audit record, to what is no amount',
    `update audit_logs set details = details || '{"amount": "NaN"}' where resource_id = :payout_requested`,
    /payout\.requested of payout :payout_requested, disagrees with it: amount unknown instead of 11\.00 EUR/,
  ],
  [
    'the user of an audit record',
    `update audit_logs set actor_id = :stranger where resource_id = :payout_requested`,
    /payout\.requested of payout :payout_requested, disagrees with it: user :stranger instead of :user/,
  ],
  [
    'the adjustment that an audit record names',
    `update audit_logs set details = details - 'adjustment_id' where details ->> 'adjustment_id' = :credit`,
    /The audit log has no record wallet\.adjusted of adjustment :credit/,
  ],
  [
    'a missing audit record of a purchase',
    without('audit_logs', "resource_id = :confirmed and action = 'purchase.confirmed'"),
    /The audit log has no record purchase\.confirmed of purchase :confirmed/,
  ],
  [
    'a missing audit record of a payout',
    without('audit_logs', "resource_id = :payout_failed and action = 'payout.failed'"),
    /The audit log has no record payout\.failed of payout :payout_failed/,
  ],
  [
    'an audit record of what did not happen',
    `update audit_logs set action = 'purchase.reversed' where resource_id = :confirmed and action = 'purchase.confirmed'`,
    /purchase\.reversed of purchase :confirmed, records what the purchase does not show/,
  ],
  [
    'a second audit record of one event',
    `insert into audit_logs select (jsonb_populate_record(audit_logs, jsonb_build_object('id', gen_random_uuid()))).*
     from audit_logs where resource_id = :confirmed and action = 'purchase.confirmed'`,
    /purchase\.confirmed of purchase :confirmed, records what the purchase does not show/,
  ],
];

describe('unaltered books', () => {
  for (const rowsPerRange of [1, 3, 1_000]) {
    test(`are right, in ranges of ${rowsPerRange}`, async () => {
      const report = await proveAltered(books, { statement: 'select', rowsPerRange });
      assert.deepEqual(report.faults, []);
      assert.equal(report.verdict, 'right');
    });
  }

  test('are right when successors are made consistent, so that this alone is no alteration', async () => {
    const report = await proveAltered(books, { statement: 'select', isHidden: true });
    assert.deepEqual(report.faults, []);
  });
});

describe('the proof finds', () => {
  for (const [title, statement, found] of ALTERATIONS) {
    const pattern = new RegExp(
      found.source.replaceAll(/:([a-z_A-Z]+)/g, (word, name: string) => names[name] ?? word),
    );
    for (const isHidden of [false, true]) {
      test(`${title}${isHidden ? ', with all successors made consistent' : ''}`, async () => {
        const report = await proveAltered(books, { statement, isHidden });
        const sentences = report.faults.map(({ sentence }) => sentence);
        assert.equal(report.verdict, 'wrong');
        assert.ok(
          sentences.some((sentence) => pattern.test(sentence)),
          `${pattern} is not among:\n${sentences.join('\n')}`,
        );
      });
    }
  }
});

describe('a ten-thousandth more or less', () => {
  for (const [table, column, key] of [
    ['wallet_entries', 'amount', 'id'],
    ['cashback_transactions', 'amount', 'id'],
    ['cashback_transactions', 'uncapped_amount', 'id'],
    ['purchases', 'amount', 'id'],
    ['payouts', 'amount', 'id'],
    ['adjustments', 'amount', 'id'],
    ['exposure_entries', 'amount', 'source_id'],
    ['exposure_days', 'released', 'namespace'],
  ] as const) {
    test(`is found in ${column} of each row of ${table}, also with all successors made consistent`, async () => {
      const rows = await rowsOf(platform, `select ${key} as id from ${table}`);
      assert.ok(rows.length > 0);
      for (const { id } of rows) {
        for (const sign of ['+', '-']) {
          const statement = `
            alter table cashback_transactions drop constraint cashback_transactions_cap_only_cuts;
            alter table cashback_transactions drop constraint cashback_transactions_uncapped_is_whole;
            alter table cashback_transactions drop constraint cashback_transactions_uncapped_amount_check;
            update ${table} set ${column} = ${column} ${sign} 0.0001 where ${key} = '${id}'`;
          for (const isHidden of [false, true]) {
            const { verdict } = await proveAltered(books, { statement, isHidden, rowsPerRange: 1_000 });
            assert.equal(verdict, 'wrong', `${sign} in ${id}`);
          }
        }
      }
    });
  }
});
