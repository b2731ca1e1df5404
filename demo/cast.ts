import type { Platform } from '../src/app.ts';
import { DomainError, type ErrorDetails } from '../src/core/errors.ts';
import { type Actor, SYSTEM } from '../src/modules/platform/events/index.ts';
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from '../src/startup/demo-accounts.ts';
import { CONFIRMED_BY_HAND, IMPORTED, MERCHANTS, type MerchantName, PARTNERS } from './programme.ts';

/** Who takes part in the demo programme, as the platform knows them. */
export type Cast = {
  /** The member of staff who takes payouts and credits goodwill. */
  readonly finance: Actor & { readonly id: string };
  readonly shopperIds: readonly string[];
  readonly partnerIds: readonly string[];
  readonly userId: (email: string) => string;
  readonly merchantId: (name: MerchantName) => string;
};

/** Creates accounts, merchants with offers, partners and a feature flag, or finds those of an interrupted load. */
export async function openProgramme(
  platform: Platform,
  currency: string,
  today: Temporal.PlainDate,
): Promise<Cast> {
  const userIds = await openAccounts(platform);
  const userId = (email: string) => userIds.get(email) ?? '';
  const idsOf = (isOne: (account: (typeof DEMO_ACCOUNTS)[number]) => boolean) =>
    DEMO_ACCOUNTS.filter(isOne).map(({ email }) => userId(email));
  const [administrator = ''] = idsOf(({ staffRole }) => staffRole === 'administrator');
  const [finance = ''] = idsOf(({ staffRole }) => staffRole === 'finance');
  const admin: Actor = { type: 'admin', id: administrator, requestId: null };

  const merchantIds = await openMerchants(platform, currency, today);
  const merchantId = (name: MerchantName) => merchantIds.get(name) ?? '';
  const partnerIds: string[] = [];
  for (const name of PARTNERS) partnerIds.push(await openPartner(platform, name, admin));
  await platform.modules.featureFlags.service.setFlag(
    {
      key: 'purchase_auto_confirm',
      scope: { type: 'merchant', id: merchantId(CONFIRMED_BY_HAND) },
      enabled: false,
      description: 'Confirmed by hand: its customers send much back.',
    },
    admin,
  );
  return {
    finance: { type: 'admin', id: finance, requestId: null },
    shopperIds: idsOf(({ staffRole }) => staffRole === undefined),
    partnerIds,
    userId,
    merchantId,
  };
}

/** Returns the ids by email. */
async function openAccounts({
  modules: {
    users: { service: users },
  },
}: Platform): Promise<ReadonlyMap<string, string>> {
  const ids = await Promise.all(
    DEMO_ACCOUNTS.map(async ({ email, staffRole }) => {
      const account = { email, password: DEMO_PASSWORD };
      const create = () =>
        staffRole === undefined ? users.registerProven(account) : users.createAdmin(account);
      const { id } = (await users.findByEmail(email)) ?? (await create());
      return [email, id] as const;
    }),
  );
  const idOf = new Map(ids);
  for (const { email, staffRole } of DEMO_ACCOUNTS) {
    if (staffRole !== undefined) await users.setStaffRoles(idOf.get(email) ?? '', [staffRole], SYSTEM);
  }
  const imported = await users.importUsers(IMPORTED, SYSTEM);
  for (const [index, { email }] of IMPORTED.entries()) {
    const outcome = imported[index];
    const id = outcome?.ok ? outcome.value.id : (await users.findByEmail(email))?.id;
    if (id !== undefined) idOf.set(email, id);
  }
  return idOf;
}

/** Returns the ids by name. The offers last from a year before today to a year after it. */
async function openMerchants(
  { modules: { merchants, offers } }: Platform,
  currency: string,
  today: Temporal.PlainDate,
): Promise<ReadonlyMap<string, string>> {
  const period = {
    startDate: today.subtract({ years: 1 }).toString(),
    endDate: today.add({ years: 1 }).toString(),
  };
  const idOf = new Map<string, string>();
  for (const [name, defaultCashbackPercentage, terms] of MERCHANTS) {
    const input = { name, defaultCashbackPercentage, confirmationDays: null, active: true };
    const merchant = merchants.service.createMerchant(input, SYSTEM).then(({ id }) => id);
    const merchantId = await unlessPresent(merchant, ({ merchant_id }) => String(merchant_id));
    idOf.set(name, merchantId);
    if (terms === null) continue;
    const offer = offers.service.createOffer({ merchantId, currency, ...terms, ...period }, SYSTEM);
    await unlessPresent(offer, () => undefined);
  }
  return idOf;
}

/** Creates a partner. Its API key is not stored, because the platform shows a key only once. */
async function openPartner({ modules: { partners } }: Platform, name: string, admin: Actor): Promise<string> {
  const input = { name, signatureRequired: false, externalIdScope: 'partner' } as const;
  const created = partners.service.createPartner(input, admin).then(async ({ partner: { id } }) => {
    const scopes = ['purchases:write', 'purchases:settle'] as const;
    await partners.service.issueKey(id, { name: 'orders', scopes, expiresAt: null }, admin);
    return id;
  });
  return unlessPresent(created, ({ partner_id }) => String(partner_id));
}

/** Returns the result of `work`. If the object exists already, returns `present` of the refusal's details. */
async function unlessPresent<T, U>(work: Promise<T>, present: (details: ErrorDetails) => U): Promise<T | U> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'conflict') return present(error.details);
    throw error;
  }
}
