import { openPartner, signed } from '../../tests/support/partners.ts';
import { exactly, type Race, statuses } from './races.ts';

const OFFER = {
  cashback_type: 'percent',
  cashback_value: 5,
  start_date: '2026-03-01',
  end_date: '2026-04-30',
};

export const CATALOGUE_RACES: readonly Race[] = [
  {
    name: 'offers of one merchant that overlap',
    async run({ platform, together, adminToken }) {
      const body = { ...OFFER, merchant_id: await platform.createMerchant() };
      return exactly(1, await together(4, (api) => api('POST', '/offers', { token: adminToken, body })));
    },
  },
  {
    name: 'an offer activated beside a new one',
    async run({ platform, together, adminToken }) {
      const merchantId = await platform.createMerchant();
      const offerId = await platform.createOffer(merchantId);
      const path = `/offers/${offerId}/status`;
      await platform.api('PATCH', path, { token: adminToken, body: { status: 'inactive' } });
      const answers = await together(2, (api, number) =>
        number === 0
          ? api('PATCH', path, { token: adminToken, body: { status: 'active' } })
          : api('POST', '/offers', { token: adminToken, body: { ...OFFER, merchant_id: merchantId } }),
      );
      return exactly(1, answers);
    },
  },
  {
    name: 'merchants with one name',
    async run({ together, adminToken, unique }) {
      const body = { name: unique(), default_cashback_percentage: 5 };
      return exactly(1, await together(4, (api) => api('POST', '/merchants', { token: adminToken, body })));
    },
  },
  {
    name: 'changes of different fields of a merchant',
    async run({ platform, together, adminToken, unique }) {
      const path = `/merchants/${await platform.createMerchant()}`;
      const [name, days] = [unique(), 17];
      const changes = [{ name }, { confirmation_days: days }, { default_cashback_percentage: 3 }];
      const answers = await together(3, (api, number) =>
        api('PATCH', path, { token: adminToken, body: changes[number] }),
      );
      const { body } = await platform.api('GET', path, { token: adminToken });
      const kept =
        body.name === name && body.confirmation_days === days && body.default_cashback_percentage === 3;
      return !kept && `a change was lost: ${JSON.stringify(body)} after ${statuses(answers)}`;
    },
  },
  {
    name: 'partners with one name',
    async run({ together, adminToken, unique }) {
      const body = { name: unique() };
      return exactly(1, await together(4, (api) => api('POST', '/partners', { token: adminToken, body })));
    },
  },
  {
    name: 'a name and a duty to sign, given to a partner at once',
    async run({ platform, together, adminToken, unique }) {
      const { id } = await openPartner(platform, { signs: true });
      const name = unique();
      const changes = [{ name }, { signature_required: false }];
      const answers = await together(2, (api, number) =>
        api('PATCH', `/partners/${id}`, { token: adminToken, body: changes[number] }),
      );
      const { body } = await platform.api('GET', `/partners/${id}`, { token: adminToken });
      const kept = body.name === name && body.signature_required === false;
      return !kept && `a change was lost: ${JSON.stringify(body)} after ${statuses(answers)}`;
    },
  },
  {
    name: 'a signed message, taken twice',
    async run({ platform, together }) {
      const partner = await openPartner(platform, { signs: true });
      const body = JSON.stringify([{ external_id: 'unknown', action: 'confirm' }]);
      const headers = {
        'content-type': 'application/json',
        ...signed(partner.secret, body, { at: platform.clock.now() }),
      };
      const answers = await together(4, (api) =>
        api('POST', '/purchases/settlements', { token: partner.token, body, headers }),
      );
      return exactly(1, answers);
    },
  },
  {
    name: 'settings of one feature flag',
    async run({ platform, together, adminToken, unique }) {
      const key = unique().replaceAll('-', '_');
      await together(6, (api, number) =>
        api('PUT', `/feature-flags/${key}`, {
          token: adminToken,
          body: { enabled: number % 2 === 0, description: `by ${number}` },
        }),
      );
      return brokenChain(platform, key);
    },
  },
];

type Change = { readonly before: unknown; readonly after: unknown };

/** Checks that each audit record starts from the state of the previous one. Otherwise a change was lost between them. */
async function brokenChain(
  { postgres }: Parameters<Race['run']>[0]['platform'],
  key: string,
): Promise<string | undefined> {
  const records = await postgres.query<Change>(
    `select details -> 'before' as before, details -> 'after' as after from audit_logs
     where action = 'feature_flag.set' and details ->> 'key' = $1`,
    [key],
  );
  // Ids are not in the order of commits. But all states differ, and each state except the last is replaced exactly once.
  const left = new Set(records.map(({ after }) => JSON.stringify(after)));
  const replaced = records.map(({ before }) => JSON.stringify(before));
  const firsts = replaced.filter((before) => before === 'null').length;
  const unknown = replaced.filter((before) => before !== 'null' && !left.has(before)).length;
  const isChain = firsts === 1 && unknown === 0 && new Set(replaced).size === records.length;
  return isChain ? undefined : `the audit log is no chain: ${JSON.stringify(records)}`;
}
