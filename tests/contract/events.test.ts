import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { eventCatalogue } from '../../scripts/pages/events.ts';
import { operationsOf, readOpenApi } from '../support/contract-openapi.ts';
import { openWorld, sampleOf } from '../support/contract-requests.ts';
import { runSql } from '../support/database.ts';
import { openPartner } from '../support/partners.ts';
import { openPayoutDesk } from '../support/payouts.ts';
import { startTestPlatform } from '../support/platform.ts';
import { openShop } from '../support/purchases-shop.ts';
import { enrol, mfaTokenOf, wrongCode } from '../support/second-factor.ts';
import { openReceiver } from '../support/webhook-receiver.ts';

const platform = await startTestPlatform({ environment: { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1' } });
const { api, admin } = platform;
const { token } = admin;
const world = await openWorld(platform);
const catalogue = await eventCatalogue();

test('every event of the catalogue happens, with the details that it describes, and no other', async () => {
  for (const operation of operationsOf(await readOpenApi(platform))) {
    const caller = operation.path.includes('/users/me') ? world.shopper : admin;
    const { params = {}, query = {}, body, token: own } = await sampleOf(world, operation, caller);
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
    const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
    await api(operation.method, `${path}?${search}`, { token: own ?? caller.token, body });
  }
  await moveEverything();

  const rows = await runSql(
    platform.database.url,
    `select action, resource_type, jsonb_object_agg(name, true) filter (where name is not null) as details
     from audit_logs left join lateral jsonb_object_keys(details) as name on true
     where resource_type <> 'login'
     group by action, resource_type order by action collate "C"`,
  );
  const seen = rows.map(({ action, resource_type, details }) => [
    action,
    resource_type,
    Object.keys(details ?? {}).sort(),
  ]);
  assert.deepEqual(
    seen,
    catalogue.map(({ type, resourceType, details }) => [type, resourceType, Object.keys(details).sort()]),
  );
});

test('each event of the feed has happened, and is what openapi.json says of its kind', async () => {
  const { components } = await readOpenApi(platform);
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true, uuid: true, date: true } });
  ajv.addSchema({ $id: 'api', components });
  const seen = new Set<string>();
  await platform.untilFeedIsComplete();
  let cursor = '';
  for (let hasMore = true; hasMore; ) {
    const { body } = await api('GET', `/events?cursor=${cursor}`, { token });
    for (const event of body.data) {
      seen.add(event.type);
      const [noun = ''] = event.type.split('.');
      const kind = noun.replace(/(?:^|_)(.)/g, (_: string, first: string) => first.toUpperCase());
      const isValid = ajv.validate({ $ref: `api#/components/schemas/${kind}Event` }, event);
      assert.ok(isValid, `${JSON.stringify(event)}: ${ajv.errorsText()}`);
      const { properties } = components.schemas[`${kind}EventData`] as { properties: object };
      assert.deepEqual(Object.keys(event.data).sort(), Object.keys(properties).sort(), event.type);
    }
    ({ cursor, has_more: hasMore } = body);
  }
  const ofFeed = catalogue.filter(({ isInFeed }) => isInFeed).map(({ type }) => type);
  assert.deepEqual([...seen].sort(), ofFeed.sort());
});

test('no two events share a type, and each type begins with its noun', () => {
  const types = catalogue.map(({ type }) => type);
  assert.equal(new Set(types).size, types.length);
  for (const type of types) assert.match(type, /^[a-z_]+\.[a-z_]+$/);
});

/** Offers are stopped and started from an earlier instant, and continued. */
async function changeOfferInTime(): Promise<void> {
  const merchant_id = await platform.createMerchant();
  const id = await platform.createOffer(merchant_id);
  for (const status of ['inactive', 'active', 'inactive']) {
    const body = { status, effective_from: '2026-03-01T00:00:00Z' };
    await api('PATCH', `/offers/${id}/status`, { token, body });
  }
  const terms = {
    cashback_type: 'percent',
    cashback_value: 5,
    start_date: '2026-03-01',
    end_date: '2026-12-31',
  };
  await api('POST', '/offers', { token, body: { merchant_id, ...terms, continues: id } });
}

/** A shopper's order is reported by two partners, of whom the first decides. */
async function reportOneOrder(): Promise<void> {
  const shop = await openShop(platform);
  const [first, second] = [await openPartner(platform), await openPartner(platform)];
  const external_id = 'one order';
  for (const source of [shop.shopper, first, second])
    await shop.report({ external_id, order_reference: '#1' }, source.token);
  const amendment = { action: 'amend', amount: '50.00', reason: 'returned', version: '1' };
  await api('POST', '/purchases/settlements', {
    token: second.token,
    body: [{ external_id, ...amendment }],
  });
}

/** A colleague without the permission. */
async function refuseColleague(): Promise<void> {
  const colleague = await platform.registerUser();
  await api('PUT', `/users/${colleague.id}/staff-roles`, { token, body: { staff_roles: ['support'] } });
  const session = await world.openSession({ email: colleague.email });
  await api('PATCH', `/users/${colleague.id}/status`, {
    token: session.access_token,
    body: { status: 'inactive' },
  });
}

/** A receiver answers that it is gone. */
async function endWebhooks(): Promise<void> {
  const receiver = await openReceiver();
  receiver.answer(410);
  const body = { url: receiver.url, event_types: ['merchant.*'] };
  await api('POST', '/webhook-endpoints', { token, body });
  await platform.createMerchant();
  await platform.consumeEvents('webhooks');
  await platform.runLoop('deliver-webhooks');
}

/** A reversal tops up a purchase that the cap has cut. */
async function refillCap(): Promise<void> {
  const shop = await openShop(platform, { monthly_cap: 1, cap_refill: true });
  const { id } = await shop.buy();
  await shop.buy();
  await shop.reverse(id);
}

/** Two rewards have to wait for room in the day. One is reversed, and one released when the limit is removed. */
async function awaitRelease(): Promise<void> {
  const shop = await openShop(platform);
  const ceiling = { scope: 'platform', currency: 'EUR' };
  await api('PUT', '/ceilings', { token, body: { ...ceiling, daily_released: 0 } });
  const [kept, returned] = [await shop.buy(), await shop.buy()];
  for (const { id } of [kept, returned]) await shop.confirm(id);
  await shop.reverse(returned.id);
  await api('PUT', '/ceilings', { token, body: ceiling });
  await platform.runJob('release-due');
}

/** What the samples of the operations leave out. */
async function moveEverything(): Promise<void> {
  const patch = (path: string, body: unknown) => api('PATCH', path, { token, body });
  const { token: own } = await platform.registerUser();
  const wrong = { new_email: 'wrong@example.com', password: 'Wr0ng!Pass' };
  await api('POST', '/users/me/email', { token: own, body: wrong });
  const held = await world.recordHeldPurchase();
  await api('POST', `/purchases/${held}/confirmation`, { token });
  const returned = await world.recordHeldPurchase();
  await api('POST', `/purchases/${returned}/reverse`, { token, body: { reason: 'fraud' } });
  await patch(`/merchants/${world.merchantId}`, { confirmation_days: 14 });
  await patch(`/offers/${world.offerId}/status`, { status: 'inactive' });
  await patch(`/offers/${world.offerId}/status`, { status: 'active' });
  await changeOfferInTime();
  await reportOneOrder();
  await refillCap();
  const { email: claimed } = await platform.registerUser();
  await api('POST', '/users/import', { token, body: [{ email: claimed, take_over: true }] });
  await awaitRelease();
  const { id, email } = await platform.registerUser();
  await api('GET', '/users?email=example', { token });
  await refuseColleague();
  await patch(`/users/${id}`, { external_reference: 'customer-1' });
  await patch(`/users/${id}/status`, { status: 'inactive' });
  await patch(`/users/${id}/status`, { status: 'active' });
  await api('POST', '/auth/login', { body: { email, password: 'Wr0ng!Pass' } });
  const session = await world.openSession({ email });
  const refresh = () => api('POST', '/auth/refresh', { body: { refresh_token: session.refresh_token } });
  await refresh();
  platform.clock.advance({ seconds: 30 });
  await refresh();
  const enrolled = await enrol(platform, await platform.registerUser());
  const mfa_token = await mfaTokenOf(api, enrolled);
  for (const proof of [
    { code: wrongCode(enrolled.secret, platform.now()) },
    { recovery_code: enrolled.recoveryCodes[0] },
  ])
    await api('POST', '/auth/mfa/verification', { body: { mfa_token, ...proof } });
  await endWebhooks();
  await world.awaitApproval();
  platform.clock.advance({ hours: 24 * 8 });
  await platform.runJob('expire-adjustments');
  platform.clock.advance({ hours: -24 * 8 });
  const desk = await openPayoutDesk(platform);
  const paid = await desk.requested();
  await desk.process(paid, { status: 'processing' });
  await desk.process(paid, { status: 'completed', external_reference: 'TRANSFER-1' });
  await desk.process(paid, { status: 'returned', reason: 'The bank sent it back.' });
  await desk.process(await desk.requested(), { status: 'failed', reason: 'The bank refused it.' });
  await desk.cancel(await desk.requested());
  await platform.platform.modules.users.service.createAdmin({
    email: 'second@example.com',
    password: 'Str0ng!Pass',
  });
}
