import { openPartner } from '../../tests/support/partners.ts';
import { fundWallet } from '../../tests/support/payouts.ts';
import { payoutBody } from '../../tests/support/payouts-builders.ts';
import type { Answer } from '../../tests/support/platform.ts';
import { type Course, count, exactly, type Race, statuses } from './races.ts';

/** The monthly payout limit of the platform in these races. */
export const MONTHLY_LIMIT = '500.00';

export const MONEY_RACES: readonly Race[] = [
  {
    name: 'purchases under one cap',
    async run(course) {
      const { userId, token, merchantId } = await openShop(course, { cashback_value: 10, monthly_cap: 25 });
      await course.together(8, (api) =>
        api('POST', '/purchases', { token: course.adminToken, body: purchase(course, userId, merchantId) }),
      );
      const { body } = await course.platform.api('GET', '/users/me/wallet', { token });
      return body.pending_balance !== '25.00' && `a cap of 25.00 gave ${body.pending_balance}`;
    },
  },
  {
    name: 'one purchase, sent twice',
    async run(course) {
      const { userId, merchantId } = await openShop(course);
      const body = purchase(course, userId, merchantId);
      return exactly(
        1,
        await course.together(6, (api) => api('POST', '/purchases', { token: course.adminToken, body })),
      );
    },
  },
  {
    name: 'one order, reported by all its sources',
    async run(course) {
      const { userId, token, merchantId } = await openShop(course);
      const partners = [await openPartner(course.platform), await openPartner(course.platform)];
      const sources = [course.adminToken, token, ...partners.map((partner) => partner.token)];
      const order = { order_reference: '#1001', external_id: course.unique() };
      const answers = await course.together(8, (api, number) =>
        api('POST', '/purchases', {
          token: sources[Math.floor(number / 2)] ?? '',
          body: { ...purchase(course, userId, merchantId), ...order },
        }),
      );
      const ids = new Set(answers.flatMap(({ status, body }) => (status === 201 ? body.id : [])));
      const { body } = await course.platform.api('GET', '/users/me/wallet', { token });
      return (
        (ids.size !== 1 ||
          count(answers, 201) !== 4 ||
          count(answers, 409) !== 4 ||
          body.pending_balance !== '5.00') &&
        `${ids.size} purchases with ${body.pending_balance}: ${statuses(answers)}`
      );
    },
  },
  {
    name: 'the match, the confirmation and the reversal of one purchase',
    async run(course) {
      const { userId, token, merchantId } = await openShop(course);
      const { token: partner } = await openPartner(course.platform);
      const body = { ...purchase(course, userId, merchantId), order_reference: '#1001' };
      const { body: known } = await course.platform.api('POST', '/purchases', { token, body });
      const answers = await course.together(6, (api, number) => {
        if (number % 3 === 0) return api('POST', '/purchases', { token: partner, body });
        const path = `/purchases/${known.id}/${number % 3 === 1 ? 'confirmation' : 'reverse'}`;
        return api('POST', path, { token: course.adminToken });
      });
      const { body: wallet } = await course.platform.api('GET', '/users/me/wallet', { token });
      const rewarded = Number(wallet.pending_balance) + Number(wallet.available_balance);
      return rewarded > 5 && `${rewarded} for one order: ${statuses(answers)}`;
    },
  },
  {
    name: 'payouts of one balance',
    async run(course) {
      const user = await shopperWith(course, 100_00n);
      const body = payoutBody({ amount: '30.00' });
      return exactly(
        3,
        await course.together(8, (api) => api('POST', '/users/me/payouts', { token: user.token, body })),
      );
    },
  },
  {
    name: 'payouts under the limit of a month',
    async run(course) {
      const user = await shopperWith(course, 2_000_00n);
      const body = payoutBody({ amount: '120.00' });
      return exactly(
        4,
        await course.together(8, (api) => api('POST', '/users/me/payouts', { token: user.token, body })),
      );
    },
  },
  {
    name: 'debits of one balance',
    async run(course) {
      const user = await shopperWith(course, 100_00n);
      const body = { amount: '30.00', direction: 'debit', reason: 'A race.' };
      const path = `/users/${user.id}/wallet/adjustments`;
      return exactly(
        3,
        await course.together(8, (api) => api('POST', path, { token: course.adminToken, body })),
      );
    },
  },
  {
    name: 'confirmations and reversals of one purchase',
    async run(course) {
      const { userId, merchantId } = await openShop(course);
      const id = await recorded(course, userId, merchantId);
      const answers = await course.together(8, (api, number) =>
        api('POST', `/purchases/${id}/${number % 4 < 2 ? 'confirmation' : 'reverse'}`, {
          token: course.adminToken,
        }),
      );
      const confirmed = answers.filter(({ status }, number) => number % 4 < 2 && status === 200).length;
      const reversed = answers.filter(({ status }, number) => number % 4 >= 2 && status === 200).length;
      return (confirmed > 1 || reversed !== 1) && `confirmed ${confirmed}, reversed ${reversed} times`;
    },
  },
  {
    name: 'decisions about one payout',
    async run(course) {
      const user = await shopperWith(course, 100_00n);
      const { body: payout } = await course.platform.api('POST', '/users/me/payouts', {
        token: user.token,
        body: payoutBody(),
      });
      const answers = await course.together(6, (api, number) =>
        decide(course, api, payout.id, user.token, number),
      );
      return exactly(1, answers);
    },
  },
  {
    name: 'the release and the settlement of one hold',
    async run(course) {
      const { userId, merchantId } = await openShop(course);
      for (let number = 0; number < 5; number += 1) await recorded(course, userId, merchantId, '9.90');
      const id = await recorded(course, userId, merchantId, '600.00');
      const answers = await course.together(6, (api, number) =>
        api('POST', `/purchases/${id}/${['release', 'release', 'reverse', 'reverse'][number % 4]}`, {
          token: course.adminToken,
        }),
      );
      const [hold] = await course.platform.postgres.query<{ resolutions: number }>(
        'select count(*)::int as resolutions from purchase_holds where purchase_id = $1 and resolution is not null',
        [id],
      );
      const released = answers.filter(({ status }, number) => number % 4 < 2 && status === 200).length;
      const reversed = answers.filter(({ status }, number) => number % 4 >= 2 && status === 200).length;
      return (
        (hold?.resolutions !== 1 || released > 1 || reversed !== 1) &&
        `${hold?.resolutions} resolutions: ${statuses(answers)}`
      );
    },
  },
  {
    name: 'one idempotency key with two contents',
    async run(course) {
      const user = await shopperWith(course, 100_00n);
      const answers = await course.together(6, (api, number) =>
        api('POST', '/users/me/payouts', {
          token: user.token,
          body: payoutBody({ amount: number % 4 < 2 ? '10.00' : '20.00' }),
          headers: { 'idempotency-key': 'one' },
        }),
      );
      const ids = new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id));
      return (ids.size !== 1 || count(answers, 500) > 0) && `${ids.size} payouts: ${statuses(answers)}`;
    },
  },
];

async function openShop({ platform }: Course, offer: Record<string, unknown> = {}) {
  const user = await platform.registerUser();
  const merchantId = await platform.createMerchant();
  await platform.createOffer(merchantId, offer);
  return { userId: user.id, token: user.token, merchantId };
}

async function shopperWith({ platform }: Course, available: bigint) {
  const user = await platform.registerUser();
  await fundWallet(platform, user.id, available);
  return user;
}

function purchase({ unique }: Course, userId: string, merchantId: string, amount = '100.00') {
  return { external_id: unique(), user_id: userId, merchant_id: merchantId, amount, currency: 'EUR' };
}

async function recorded(
  course: Course,
  userId: string,
  merchantId: string,
  amount?: string,
): Promise<string> {
  const body = purchase(course, userId, merchantId, amount);
  return (await course.platform.api('POST', '/purchases', { token: course.adminToken, body })).body.id;
}

function decide(
  { adminToken }: Course,
  api: Course['platform']['api'],
  id: string,
  token: string,
  number: number,
): Promise<Answer> {
  if (number % 3 === 0) return api('POST', `/users/me/payouts/${id}/cancel`, { token });
  const body =
    number % 3 === 1
      ? { status: 'completed', external_reference: 'SEPA-1' }
      : { status: 'failed', reason: 'The account is closed.' };
  return api('PATCH', `/payouts/${id}/process`, { token: adminToken, body });
}
