import { sql } from 'kysely';
import type { Operation } from './contract-openapi.ts';
import { openPartner } from './partners.ts';
import { fundWallet } from './payouts.ts';
import { payoutBody } from './payouts-builders.ts';
import type { Answer, ContractPlatform, Person } from './platform.ts';
import { PASSWORD } from './platform.ts';
import { enrol, mfaTokenOf, totpCode } from './second-factor.ts';
import { endpointBody, openEndpoint, recordDelivery } from './webhooks.ts';

/** A person, or a partner, which has no email. */
export type Client = { readonly id: string; readonly token: string; readonly email?: string };

export type World = Awaited<ReturnType<typeof openWorld>>;

/** A request that an operation accepts; `token` where it is not the caller's usual one. */
export type Sample = {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: unknown;
  readonly token?: string;
};

/** Somebody of each role, a partner, a merchant with an offer, and a purchase that the shopper owns. */
export async function openWorld(platform: ContractPlatform) {
  const shopper = await platform.registerUser();
  const colleague = await platform.registerStaff('finance');
  const partner = await openPartner(platform);
  const merchantId = await platform.createMerchant();
  const offerId = await platform.createOffer(merchantId);
  const counter = { value: 0 };
  const unique = () => {
    counter.value += 1;
    return `contract-${counter.value}`;
  };

  /** Of different amounts: equal ones of two sources could be one order. */
  const purchase = (userId: string) => ({
    external_id: unique(),
    user_id: userId,
    merchant_id: merchantId,
    amount: `${10 + (counter.value % 80)}.${10 + (counter.value % 89)}`,
    currency: 'EUR',
  });

  /** By an admin, or by the partner itself. */
  async function recordPurchase(reporter?: Client): Promise<string> {
    const { token } = isPartner(reporter) ? reporter : platform.admin;
    const body = purchase(shopper.id);
    const answer = await platform.api('POST', '/purchases', { token, body });
    return answer.body.id;
  }

  /** A purchase of this person, also of an administrator. */
  async function recordPurchaseOf({ id }: Client): Promise<string> {
    const answer = await platform.api('POST', '/purchases', { token: partner.token, body: purchase(id) });
    return answer.body.id;
  }

  /** By a colleague, as no administrator credits an own wallet. */
  const fund = ({ id }: Client) => fundWallet({ ...platform, admin: colleague }, id, 10_00n);

  /** An adjustment by a colleague that awaits approval. */
  async function awaitApproval(): Promise<string> {
    const { id } = await platform.registerUser();
    const answer = await platform.api('POST', `/users/${id}/wallet/adjustments`, {
      token: colleague.token,
      body: { amount: '1000.01', direction: 'credit', reason: 'A correction.' },
    });
    return answer.body.id;
  }

  /** A payout of this person, and the money for it. */
  async function requestPayout(person: Client): Promise<string> {
    await fund(person);
    const answer = await platform.api('POST', '/users/me/payouts', {
      token: person.token,
      body: payoutBody(),
    });
    return answer.body.id;
  }

  /** A payout that this member of staff is paying, as far as they may. */
  async function processPayout({ token }: Client): Promise<string> {
    const id = await requestPayout(await platform.registerUser());
    const body = { status: 'processing' };
    await platform.api('PATCH', `/payouts/${id}/process`, { token, body });
    return id;
  }

  /** One that a velocity rule holds: far above what its buyer usually spends. */
  async function recordHeldPurchase(): Promise<string> {
    const { id } = await platform.registerUser();
    const body = ['9.90', '9.90', '9.90', '9.90', '9.90', '600.00'].map((amount) => ({
      ...purchase(id),
      amount,
    }));
    const answer = await platform.api('POST', '/purchases/batch', { token: platform.admin.token, body });
    return answer.body.results.at(-1).id;
  }

  /** A session apart: what happens to it leaves the caller's own alone. */
  async function openSession(
    person: Pick<Person, 'email'>,
  ): Promise<{ access_token: string; refresh_token: string }> {
    const body = { email: person.email, password: PASSWORD };
    return (await platform.api('POST', '/auth/login', { body })).body;
  }

  /** Another person of the caller's role: what happens to the account leaves the caller alone. */
  async function registerLike(caller: Client | undefined): Promise<Person> {
    const person = await platform.registerUser();
    if (caller?.id === platform.admin.id) await platform.setStaffRoles(person.id, ['administrator']);
    return person;
  }

  /** Somebody of the caller's role who has a second factor, with a code that is not used yet. */
  async function enrolLike(caller: Client | undefined) {
    const person = await enrol(platform, await registerLike(caller), 0);
    return { ...person, code: totpCode(person.secret, platform.now(), 1) };
  }

  async function resetToken(userId: string): Promise<string> {
    const path = `/users/${userId}/password-reset`;
    return (await platform.api('POST', path, { token: platform.admin.token })).body.token;
  }

  /** A webhook endpoint that the caller sees: of the operator, or of the partner itself. */
  const openEndpointFor = (caller: Client | undefined) =>
    openEndpoint(platform, isPartner(caller) ? caller.token : undefined);

  return {
    platform,
    shopper,
    partner,
    merchantId,
    offerId,
    unique,
    purchase,
    recordPurchase,
    recordPurchaseOf,
    /** Makes what an administrator may not make for themself. */
    colleague,
    fund,
    awaitApproval,
    requestPayout,
    processPayout,
    recordHeldPurchase,
    openSession,
    registerLike,
    enrolLike,
    resetToken,
    openEndpointFor,
  };
}

/** The token of a link that was mailed to a new address of this user. */
async function mailedToken({ database }: ContractPlatform, userId: string, email: string): Promise<string> {
  const token = `token for ${email}`;
  await database.transaction((trx) =>
    sql`
      insert into email_proofs (user_id, email, token_hash, expires_at)
      values (${userId}, ${email}, sha256(${Buffer.from(token)}), now() + interval '10 years')
      on conflict (user_id) do update
      set email = excluded.email, token_hash = excluded.token_hash, expires_at = excluded.expires_at
    `.execute(trx),
  );
  return token;
}

function isPartner(caller: Client | undefined): caller is Client & { readonly email?: never } {
  return caller !== undefined && caller.email === undefined;
}

type SampleOf = (world: World, caller: Client | undefined) => Sample | Promise<Sample>;

/**
 * For every operation a request that succeeds for whoever may send it: each time with objects of its own where it
 * changes them. Operations that are not in this table fail the contract's tests.
 */
export const SAMPLES: Readonly<Record<string, SampleOf>> = {
  'GET /app-info': () => ({}),
  'POST /auth/login': ({ shopper }) => ({ body: { email: shopper.email, password: PASSWORD } }),
  'POST /auth/refresh': async ({ openSession, shopper }) => ({
    body: { refresh_token: (await openSession(shopper)).refresh_token },
  }),
  'POST /auth/password-reset': async ({ platform, resetToken }) => ({
    body: { token: await resetToken((await platform.registerUser()).id), new_password: 'An0ther!Pass' },
  }),
  'POST /auth/password-reset-requests': async ({ unique }) => ({
    body: { email: `${unique()}@example.com` },
  }),
  'POST /auth/email-verification': async ({ platform, unique }) => {
    const { id } = await platform.registerUser();
    return { body: { token: await mailedToken(platform, id, `${unique()}@example.com`) } };
  },
  'POST /users/{id}/password-reset': async ({ platform }) => ({
    params: { id: (await platform.registerUser()).id },
  }),
  'POST /auth/logout': async ({ openSession }, caller) =>
    caller?.email === undefined ? {} : { token: (await openSession({ email: caller.email })).access_token },

  'POST /auth/mfa/verification': async ({ platform, enrolLike }) => {
    const { code, ...person } = await enrolLike(undefined);
    return { body: { mfa_token: await mfaTokenOf(platform.api, person), code } };
  },
  'GET /auth/mfa': () => ({}),
  'POST /auth/mfa': () => ({}),
  'POST /auth/mfa/confirmation': async ({ platform, registerLike }, caller) => {
    const { token } = await registerLike(caller);
    const { secret } = (await platform.api('POST', '/auth/mfa', { token })).body;
    return ofOthers(caller, { token, body: { code: totpCode(secret, platform.now()) } });
  },
  'POST /auth/mfa/step-up': async ({ enrolLike }, caller) => {
    const { token, code } = await enrolLike(caller);
    return ofOthers(caller, { token, body: { code } });
  },
  'POST /auth/step-up': () => ({ body: { password: PASSWORD } }),
  'POST /auth/mfa/recovery-codes': async ({ enrolLike }, caller) =>
    ofOthers(caller, { token: (await enrolLike(caller)).token }),
  'DELETE /auth/mfa': async ({ enrolLike }, caller) => {
    const { token, recoveryCodes } = await enrolLike(caller);
    return ofOthers(caller, { token, body: { recovery_code: recoveryCodes[0] } });
  },

  'POST /users': ({ unique }) => ({ body: { email: `${unique()}@example.com`, password: PASSWORD } }),
  'GET /users/me': () => ({}),
  'GET /users/me/notifications': () => ({}),
  'PATCH /users/me/notifications': () => ({ body: { weekly_summary: true } }),
  'PATCH /users/me': () => ({ body: { locale: 'de', display_name: 'Alice' } }),
  'GET /users': () => ({
    query: {
      email: '@Example.com',
      external_reference: 'customer-1042',
      role: 'user',
      status: 'active',
      from: '2026-01-01T00:00:00Z',
      to: '2026-12-31T00:00:00Z',
      limit: 5,
    },
  }),
  'GET /users/{id}': ({ shopper }) => ({ params: { id: shopper.id } }),
  'GET /users/me/export': () => ({}),
  'DELETE /users/me': async ({ registerLike }, caller) => {
    const body = { password: PASSWORD };
    return caller === undefined ? { body } : { body, token: (await registerLike(caller)).token };
  },
  'POST /users/me/email': async ({ registerLike, unique }, caller) => {
    const body = { new_email: `${unique()}@example.com`, password: PASSWORD };
    return caller === undefined ? { body } : { body, token: (await registerLike(caller)).token };
  },
  'POST /users/me/email-verification': async ({ registerLike }, caller) =>
    ofOthers(caller, { token: (await registerLike(caller)).token }),
  'GET /users/me/sessions': () => ({}),
  'DELETE /users/me/sessions': async ({ registerLike }, caller) =>
    ofOthers(caller, { query: { others: true }, token: (await registerLike(caller)).token }),
  'DELETE /users/me/sessions/{id}': async ({ registerLike }, caller) => {
    const { token } = await registerLike(caller);
    return ofOthers(caller, { params: { id: sessionOf(token) }, token });
  },
  'GET /users/{id}/sessions': ({ shopper }) => ({ params: { id: shopper.id } }),
  'PATCH /users/me/password': async ({ registerLike }, caller) => {
    const body = { current_password: PASSWORD, new_password: 'An0ther!Pass' };
    return caller === undefined ? { body } : { body, token: (await registerLike(caller)).token };
  },
  'PATCH /users/{id}': async ({ platform, unique }) => ({
    params: { id: (await platform.registerUser()).id },
    body: { external_reference: unique() },
  }),
  'PATCH /users/{id}/status': async ({ platform }) => ({
    params: { id: (await platform.registerUser()).id },
    body: { status: 'inactive' },
  }),
  'PUT /users/{id}/staff-roles': async ({ platform }) => ({
    params: { id: (await platform.registerUser()).id },
    body: { staff_roles: ['support', 'finance'] },
  }),
  'POST /users/import': ({ unique }) => ({
    body: [{ email: `${unique()}@example.com`, external_reference: unique() }, { email: 'nobody' }],
  }),

  'POST /merchants': ({ unique }) => ({
    body: { name: unique(), default_cashback_percentage: 4.35, active: true },
  }),
  'GET /merchants': () => ({ query: { active: true, offset: 0, limit: 2 } }),
  'GET /merchants/{id}': ({ merchantId }) => ({ params: { id: merchantId } }),
  'PATCH /merchants/{id}': async ({ platform, unique }) => ({
    params: { id: await platform.createMerchant() },
    body: { name: unique(), default_cashback_percentage: 2.5 },
  }),
  'PATCH /merchants/{id}/status': async ({ platform }) => ({
    params: { id: await platform.createMerchant() },
    body: { status: 'inactive' },
  }),

  'POST /offers': async ({ platform }) => ({
    body: {
      merchant_id: await platform.createMerchant(),
      cashback_type: 'percent',
      cashback_value: 4.35,
      currency: 'EUR',
      start_date: '2026-03-01',
      end_date: '2026-03-31',
      monthly_cap: 30,
    },
  }),
  'GET /offers': ({ merchantId }) => ({
    query: {
      status: 'active',
      merchant_id: merchantId,
      date_from: '2026-03-01',
      date_to: '2026-03-31',
      offset: 0,
      limit: 5,
    },
  }),
  'GET /offers/active': () => ({ query: { offset: 0, limit: 5 } }),
  'GET /offers/{id}': ({ offerId }) => ({ params: { id: offerId } }),
  'PATCH /offers/{id}': async ({ platform }) => ({
    params: { id: await platform.createOffer(await platform.createMerchant()) },
    body: { end_date: '2027-12-31' },
  }),
  'PATCH /offers/{id}/status': async ({ platform }) => ({
    params: { id: await platform.createOffer(await platform.createMerchant()) },
    body: { status: 'inactive' },
  }),

  'POST /purchases': ({ platform, shopper, purchase }, caller) => {
    if (caller === undefined || isPartner(caller) || caller.id === platform.admin.id)
      return { body: { ...purchase(shopper.id), purchased_at: '2026-03-01T11:26:53+02:00' } };
    // A shopper reports nothing from before joining.
    return { body: purchase(caller.id) };
  },
  'POST /purchases/batch': ({ purchase, shopper }) => ({ body: [purchase(shopper.id), { amount: 0 }] }),
  'POST /purchases/settlements': async ({ recordPurchase }, caller) => ({
    body: [
      { purchase_id: await recordPurchase(caller), action: 'reverse', reason: 'fraud' },
      { external_id: 'unknown', action: 'confirm' },
      {
        purchase_id: await recordPurchase(caller),
        action: 'amend',
        amount: '1.00',
        reason: 'a return',
        version: '1',
      },
      { amount: 0 },
    ],
  }),
  'GET /purchases': ({ shopper, merchantId }) => ({
    query: {
      status: 'pending',
      held: false,
      user_id: shopper.id,
      merchant_id: merchantId,
      start_date: '2026-03-01',
      end_date: '2026-03-31',
      offset: 0,
      limit: 5,
    },
  }),
  'GET /users/me/purchases': ({ merchantId }) => ({
    query: { status: 'pending', merchant_id: merchantId, from: '2026-03-01', to: '2026-03-31', limit: 5 },
  }),
  'GET /purchases/{id}': async ({ platform, shopper, purchase, recordPurchase }, caller) => {
    const isOwner = caller === undefined || caller.id === platform.admin.id || caller.id === shopper.id;
    if (isOwner || isPartner(caller)) return { params: { id: await recordPurchase(caller) } };
    const body = purchase(caller.id);
    return {
      params: { id: (await platform.api('POST', '/purchases', { token: caller.token, body })).body.id },
    };
  },
  'POST /purchases/{id}/confirmation': async ({ recordPurchase }, caller) => ({
    params: { id: await recordPurchase(caller) },
  }),
  'POST /purchases/{id}/release': async ({ recordHeldPurchase }) => ({
    params: { id: await recordHeldPurchase() },
  }),
  'POST /purchases/{id}/amendments': async ({ recordPurchase }, caller) => ({
    params: { id: await recordPurchase(caller) },
    body: {
      lines: [{ line_id: 'sku-1', amount: '12.50', category: 'books', status: 'approved' }],
      reason: 'one of two books returned',
      version: 'return-1',
    },
  }),
  'POST /purchases/{id}/match': async ({ recordPurchase, partner }) => ({
    params: { id: await recordPurchase() },
    body: { purchase_id: await recordPurchase(partner), reason: 'the shopper sent the receipt' },
  }),
  'POST /purchases/{id}/reverse': async ({ recordPurchase }, caller) => ({
    params: { id: await recordPurchase(caller) },
    body: { reason: 'fraud' },
  }),
  'PATCH /purchases/{id}/reverse': async ({ recordPurchase }, caller) => ({
    params: { id: await recordPurchase(caller) },
    body: { reason: 'cancelled' },
  }),

  'POST /partners': ({ unique }) => ({
    body: { name: unique(), signature_required: true, external_id_scope: 'merchant' },
  }),
  'GET /partners': () => ({ query: { active: true, offset: 0, limit: 2 } }),
  'GET /partners/me': () => ({}),
  'GET /partners/{id}': ({ partner }) => ({ params: { id: partner.id } }),
  'PATCH /partners/{id}': async ({ platform, unique }) => ({
    params: { id: (await openPartner(platform, { signs: true })).id },
    body: { name: unique(), signature_required: true, external_id_scope: 'merchant' },
  }),
  'PUT /partners/{id}/merchants': async ({ platform, merchantId }) => ({
    params: { id: (await openPartner(platform)).id },
    body: { merchant_ids: [merchantId] },
  }),
  'PATCH /partners/{id}/status': async ({ platform }) => ({
    params: { id: (await openPartner(platform)).id },
    body: { status: 'inactive' },
  }),
  'POST /partners/{id}/signing-secret': async ({ platform }) => ({
    params: { id: (await openPartner(platform)).id },
    body: { overlap_seconds: 3600 },
  }),
  'POST /partners/{id}/keys': ({ partner }) => ({
    params: { id: partner.id },
    body: { name: 'back office', scopes: ['purchases:write'], expires_at: '2027-01-01T00:00:00Z' },
  }),
  'GET /partners/{id}/keys': ({ partner }) => ({ params: { id: partner.id }, query: { limit: 2 } }),
  'DELETE /partners/{id}/keys/{key_id}': async ({ platform }) => {
    const { id, keyId } = await openPartner(platform);
    return { params: { id, key_id: keyId } };
  },

  'GET /purchase-holds': ({ shopper, merchantId }) => ({
    query: { status: 'open', user_id: shopper.id, merchant_id: merchantId, offset: 0, limit: 5 },
  }),

  'PUT /ceilings': async ({ platform }) => ({
    body: {
      scope: 'partner',
      scope_id: (await openPartner(platform)).id,
      currency: 'EUR',
      max_amount: '2000.00',
      max_reward: '50.00',
      daily_pending: '500.00',
      daily_released: '400.00',
    },
  }),
  'GET /ceilings': () => ({ query: { offset: 0, limit: 5 } }),

  'GET /users/me/wallet': () => ({ query: { currency: 'EUR' } }),
  'GET /users/me/wallet/forecast': () => ({ query: { currency: 'EUR' } }),
  'GET /users/me/wallets': () => ({}),
  'GET /users/me/wallet/transactions': () => ({ query: { currency: 'EUR', limit: 5 } }),
  'GET /users/{id}/wallet': ({ shopper }) => ({ params: { id: shopper.id }, query: { currency: 'EUR' } }),

  'PUT /feature-flags/{key}': ({ shopper, unique }) => ({
    params: { key: flagKey(unique()) },
    body: { enabled: false, scope_type: 'user', scope_id: shopper.id, description: 'Asked for it.' },
  }),
  'GET /feature-flags/{key}': async (world) => ({
    params: { key: await setFlag(world) },
    query: { scope_type: 'merchant', scope_id: world.merchantId },
  }),
  'DELETE /feature-flags/{key}': async (world) => ({
    params: { key: await setFlag(world) },
    query: { scope_type: 'merchant', scope_id: world.merchantId },
  }),
  'GET /feature-flags': ({ merchantId }) => ({
    query: {
      key: 'purchase_auto_confirm',
      scope_type: 'merchant',
      scope_id: merchantId,
      offset: 0,
      limit: 5,
    },
  }),
  'GET /feature-flags/{key}/evaluate': ({ shopper, merchantId }) => ({
    params: { key: 'purchase_auto_confirm' },
    query: { user_id: shopper.id, merchant_id: merchantId },
  }),

  'POST /users/me/payouts': async ({ fund }, caller) => {
    if (caller !== undefined) await fund(caller);
    return { body: payoutBody({ currency: 'EUR' }) };
  },
  'GET /users/me/payouts': () => ({ query: { status: 'requested', offset: 0, limit: 5 } }),
  'GET /users/me/payouts/policy': () => ({ query: { currency: 'EUR' } }),
  'GET /users/me/payouts/{id}': async ({ requestPayout, shopper }, caller = shopper) => ({
    params: { id: await requestPayout(caller) },
  }),
  'POST /users/me/payouts/{id}/cancel': async ({ requestPayout, shopper }, caller = shopper) => ({
    params: { id: await requestPayout(caller) },
  }),
  'GET /payouts': ({ shopper }) => ({ query: { status: 'requested', user_id: shopper.id, limit: 5 } }),
  'GET /payouts/{id}': async ({ requestPayout, shopper }) => ({
    params: { id: await requestPayout(shopper) },
  }),
  'POST /payouts/process': async ({ platform, requestPayout }) => ({
    body: { ids: [await requestPayout(await platform.registerUser())], status: 'processing' },
  }),
  'POST /payouts/bank-file': async ({ platform, processPayout }, caller = platform.admin) => ({
    body: { ids: [await processPayout(caller)] },
  }),
  'GET /payouts/{id}/bank-details': async ({ platform, processPayout }, caller = platform.admin) => ({
    params: { id: await processPayout(caller) },
  }),
  'PATCH /payouts/{id}/process': async ({ platform, requestPayout }) => ({
    params: { id: await requestPayout(await platform.registerUser()) },
    body: { status: 'completed', external_reference: 'SEPA-2026-000123' },
  }),

  'GET /adjustments': ({ shopper }) => ({
    query: { status: 'awaiting_approval', user_id: shopper.id, limit: 5 },
  }),
  'GET /adjustments/{id}': async ({ awaitApproval }) => ({ params: { id: await awaitApproval() } }),
  'POST /adjustments/{id}/approval': async ({ awaitApproval }) => ({ params: { id: await awaitApproval() } }),
  'POST /adjustments/{id}/rejection': async ({ awaitApproval }) => ({
    params: { id: await awaitApproval() },
    body: { reason: 'The amount is wrong.' },
  }),
  'POST /users/{id}/wallet/adjustments': ({ shopper }) => ({
    params: { id: shopper.id },
    body: { amount: '5.00', currency: 'EUR', direction: 'credit', reason: 'Goodwill.' },
  }),
  'GET /users/{id}/wallet/transactions': ({ shopper }) => ({
    params: { id: shopper.id },
    query: { currency: 'EUR', limit: 5 },
  }),

  'GET /events': ({ merchantId }) => ({
    query: { type: 'merchant.*', resource_id: merchantId, cursor: 'latest', limit: 5 },
  }),
  'POST /webhook-endpoints': async ({ openEndpointFor }, caller) => {
    // Makes room, as an owner has a limited number.
    await openEndpointFor(caller);
    return { body: endpointBody({ description: 'Orders of the web shop' }) };
  },
  'GET /webhook-endpoints': () => ({ query: { offset: 0, limit: 5 } }),
  'GET /webhook-endpoints/{id}': async ({ openEndpointFor }, caller) => ({
    params: { id: await openEndpointFor(caller) },
  }),
  'PATCH /webhook-endpoints/{id}': async ({ openEndpointFor }, caller) => ({
    params: { id: await openEndpointFor(caller) },
    body: endpointBody({ description: null, status: 'inactive' }),
  }),
  'DELETE /webhook-endpoints/{id}': async ({ openEndpointFor }, caller) => ({
    params: { id: await openEndpointFor(caller) },
  }),
  'POST /webhook-endpoints/{id}/secret': async ({ openEndpointFor }, caller) => ({
    params: { id: await openEndpointFor(caller) },
    body: { overlap_seconds: 3600 },
  }),
  'POST /webhook-endpoints/{id}/test': async ({ openEndpointFor }, caller) => ({
    params: { id: await openEndpointFor(caller) },
  }),
  'GET /webhook-endpoints/{id}/deliveries': async ({ platform, openEndpointFor }, caller) => {
    const id = await openEndpointFor(caller);
    await recordDelivery(platform, id);
    return { params: { id }, query: { status: 'succeeded', offset: 0, limit: 5 } };
  },
  'POST /webhook-endpoints/{id}/deliveries/{event_id}/resend': async (
    { platform, openEndpointFor },
    caller,
  ) => {
    const id = await openEndpointFor(caller);
    return { params: { id, event_id: await recordDelivery(platform, id) } };
  },
  'POST /webhook-endpoints/{id}/replay': async ({ platform, openEndpointFor }, caller) => ({
    params: { id: await openEndpointFor(caller) },
    body: { since: platform.now().subtract({ hours: 1 }).toString() },
  }),

  'GET /purchases/{id}/timeline': async ({ recordPurchase }) => ({ params: { id: await recordPurchase() } }),
  'GET /users/me/purchases/{id}': async ({ shopper, recordPurchaseOf }, caller = shopper) => ({
    params: { id: await recordPurchaseOf(caller) },
  }),
  'GET /search': ({ shopper }) => ({ query: { q: shopper.email, limit: 5 } }),
  'GET /refusals': ({ partner }) => ({
    query: { partner_id: partner.id, code: 'USER_NOT_ELIGIBLE', from: '2026-01-01T00:00:00Z', limit: 5 },
  }),
  'GET /reports/summary': () => ({ query: { currency: 'EUR', from: '2026-01-01', to: '2026-03-31' } }),
  'GET /reports/books': () => ({ query: { currency: 'EUR' } }),
  'GET /reports/daily': () => ({ query: { currency: 'EUR', from: '2026-01-01', to: '2026-03-31' } }),
  'GET /reports/pending-age': () => ({ query: { currency: 'EUR' } }),
  'GET /reports/merchants': () => ({ query: { currency: 'EUR', from: '2026-01-01', to: '2026-03-31' } }),
  'GET /reports/refusals': () => ({ query: { from: '2026-01-01', to: '2026-03-31' } }),
  'GET /audit-logs': ({ platform }) => ({
    query: {
      actor_id: platform.admin.id,
      actor_type: 'admin',
      action: 'merchant.created',
      resource_type: 'merchant',
      outcome: 'success',
      request_id: 'contract-1',
      from: '2026-01-01T00:00:00Z',
      to: '2026-12-31T00:00:00Z',
      limit: 5,
    },
  }),
};

/** A request in the session of somebody else. Without a caller, it has no token. */
function ofOthers(caller: Client | undefined, { token, ...sample }: Sample & { token: string }): Sample {
  return caller === undefined ? sample : { ...sample, token };
}

async function setFlag({ platform, merchantId, unique }: World): Promise<string> {
  const key = flagKey(unique());
  // For everybody too, as a HEAD without a query asks for that.
  for (const scope of [{}, { scope_type: 'merchant', scope_id: merchantId }]) {
    const body = { enabled: false, ...scope };
    await platform.api('PUT', `/feature-flags/${key}`, { token: platform.admin.token, body });
  }
  return key;
}

function flagKey(unique: string): string {
  return unique.replaceAll('-', '_');
}

export async function sampleOf(world: World, operation: Operation, caller?: Client): Promise<Sample> {
  const make = SAMPLES[operation.name];
  if (make === undefined) throw new Error(`${operation.name} has no sample request in contract-requests.ts`);
  return make(world, caller);
}

export function send(
  { platform }: World,
  { method, path }: Operation,
  { params = {}, query, body, token }: Sample,
  caller?: Client,
): Promise<Answer> {
  return platform.api(method, urlOf(path, params, query), { token: token ?? caller?.token, body });
}

function urlOf(path: string, params: Sample['params'], query: Sample['query']): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => String(params?.[name]));
  if (query === undefined) return filled;
  const pairs = Object.entries(query).map(([name, value]) => [name, String(value)]);
  return `${filled}?${new URLSearchParams(Object.fromEntries(pairs))}`;
}

/**
 * How many rows each table holds: equal before and after whatever must not write. The records that an administrator or a
 * partner was refused are not counted.
 */
export async function countAllRows(platform: ContractPlatform): Promise<Record<string, number>> {
  const { db } = platform.database;
  const tables = (await db.introspection.getTables()).filter(
    ({ schema, name }) => schema === 'public' && name !== 'refusals' && name !== 'refusal_hours',
  );
  const counts = await Promise.all(
    tables.map(async ({ name }) => {
      const { count } = await db
        .selectFrom(name as 'audit_logs')
        .select(({ fn }) => fn.countAll<string>().as('count'))
        .$if(name === 'audit_logs', (logs) => logs.where('action', '<>', 'request.refused'))
        .executeTakeFirstOrThrow();
      return [name, Number(count)] as const;
    }),
  );
  return Object.fromEntries(counts);
}

/** The id of the session of an access token. */
function sessionOf(token: string): string {
  const [, claims = ''] = token.split('.');
  return JSON.parse(Buffer.from(claims, 'base64url').toString()).sid;
}
