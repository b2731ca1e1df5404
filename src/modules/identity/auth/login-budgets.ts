import type { Clock } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import type { EncryptionKey } from '../../../core/secrets/encryption.ts';
import { fingerprints } from '../../../core/secrets/fingerprint.ts';
import {
  afterFailure,
  afterLogin,
  type BudgetKind,
  isValid,
  requireBudget,
  withoutFailure,
} from './login-budget-policies.ts';
import type { LoginBudgetRepository } from './login-budget-repository.ts';
import type { LoginBudget } from './model.ts';

export type LoginBudgets = ReturnType<typeof loginBudgets>;

/** Where a login comes from. */
export type Origin = {
  readonly address: string;
  /** The id of a browser that has logged in to the account before. */
  readonly browser?: string | undefined;
};

/** A try of a password, counted as a failure until it succeeds. */
export type Attempt = {
  readonly counted: readonly Counted[];
  /** The subject that becomes a known device if the login succeeds. */
  readonly device?: string;
  /** False if neither the address nor the browser has logged in to the account before. */
  readonly isKnown?: boolean;
};

type Subject = { readonly kind: BudgetKind; readonly subject: string };

type Counted = { readonly kind: BudgetKind; readonly before: LoginBudget; readonly after: LoginBudget };

/**
 * Counts wrong passwords. An address or a browser that has logged in to an account before has a budget of its own, so
 * that failures of strangers never lock the owner out. All others share the budget of the account, and that of their
 * address. Unknown accounts are counted like known ones (ADR 0051).
 */
export function loginBudgets(deps: {
  database: Database;
  clock: Clock;
  budgets: LoginBudgetRepository;
  encryptionKeys: readonly EncryptionKey[];
  loginFailures: number;
}) {
  const { database, clock, budgets: repository, encryptionKeys, loginFailures } = deps;
  const { fingerprint } = fingerprints(encryptionKeys);
  const subjectOf = (...parts: readonly string[]) => fingerprint(`login budget ${JSON.stringify(parts)}`);

  /** Counts a login as failed, before the password is checked. @throws RATE_LIMITED. */
  async function beginLogin(email: string, { address, browser }: Origin): Promise<Attempt> {
    const device = subjectOf('device', email, address);
    const ownBrowser = browser === undefined ? [] : [subjectOf('browser', email, browser)];
    const account = subjectOf('account', email);
    const network = subjectOf('address', address);
    const registration = subjectOf('registration', email, address);
    const subjects = [device, ...ownBrowser, account, network, registration];
    const known = new Map((await repository.find(database.db, subjects)).map((row) => [row.subject, row]));

    const now = clock();
    const knownDevice = known.get(device);
    const ownDevice = knownDevice !== undefined && isValid(knownDevice, now) ? [device] : [];
    // The browser first: others may share the address.
    const [own] = [...ownBrowser, ...ownDevice];
    const registered = known.get(registration);
    const isKnown = own !== undefined || (registered !== undefined && isValid(registered, now));
    const counted: readonly Subject[] =
      own === undefined
        ? [
            { kind: 'account', subject: account },
            { kind: 'address', subject: network },
          ]
        : [{ kind: 'device', subject: own }];
    // Refuses without a write: an attack must not cost the database more than a lookup.
    requireBudget(
      counted.flatMap(({ subject }) => known.get(subject) ?? []),
      now,
    );
    return { counted: await count(counted), device, isKnown };
  }

  /** Counts a change of a password as failed, before the current one is checked. @throws RATE_LIMITED. */
  async function beginChange(userId: string, address: string): Promise<Attempt> {
    return {
      counted: await count([
        { kind: 'account', subject: subjectOf('password change', userId) },
        { kind: 'address', subject: subjectOf('password change from', address) },
      ]),
    };
  }

  /**
   * Counts a request that makes the platform send a mail, for the account and for the network address. Accounts that do not
   * exist count alike. @throws RATE_LIMITED.
   */
  async function countMail(kind: 'reset' | 'proof', account: string, address: string): Promise<void> {
    await count([
      { kind: 'account', subject: subjectOf(`mail of ${kind}`, account) },
      { kind: 'address', subject: subjectOf(`mail of ${kind} from`, address) },
    ]);
  }

  /** A later login from this address is no news to the owner. It gives the address no budget of its own. */
  async function rememberAddress(trx: Trx, email: string, address: string): Promise<void> {
    const now = clock();
    const budgets = await repository.lock(trx, [subjectOf('registration', email, address)], now);
    repository.queueUpdate(
      trx,
      budgets.map((budget) => afterLogin(budget, now)),
    );
  }

  /** Locked and checked again: of many attempts at once, only those within the budget are let through. */
  function count(subjects: readonly Subject[]): Promise<readonly Counted[]> {
    return database.transaction(async (trx) => {
      const now = clock();
      const before = await repository.lock(
        trx,
        subjects.map(({ subject }) => subject),
        now,
      );
      requireBudget(before, now);
      const counted = before.map((budget) => {
        const kind = subjects.find(({ subject }) => subject === budget.subject)?.kind ?? 'account';
        return { kind, before: budget, after: afterFailure(budget, kind, loginFailures, now) };
      });
      repository.queueUpdate(
        trx,
        counted.map(({ after }) => after),
      );
      return counted;
    });
  }

  /** Runs the check of a password. Takes the failure back if there was no check, such as in an overload. */
  async function checking<T>(attempt: Attempt, check: () => Promise<T>): Promise<T> {
    try {
      return await check();
    } catch (error) {
      await forgive(attempt);
      throw error;
    }
  }

  /** Takes the failure back, in a transaction of its own. */
  function forgive({ counted }: Attempt): Promise<void> {
    return database.transaction(async (trx) => {
      const locked = await repository.lock(trx, counted.map(subjectOfCounted), clock());
      repository.queueUpdate(trx, takenBack(locked, counted));
    });
  }

  /**
   * Takes the failure back. The device of a login is known from now on, and starts again. Locks its budgets until the
   * transaction ends.
   */
  async function succeed(trx: Trx, { counted, device }: Attempt): Promise<void> {
    const now = clock();
    const subjects = new Set([...counted.map(subjectOfCounted), ...(device === undefined ? [] : [device])]);
    const locked = await repository.lock(trx, [...subjects], now);
    const isDevice = ({ subject }: LoginBudget) =>
      subject === device ||
      counted.some(({ kind, before }) => kind === 'device' && before.subject === subject);
    const changed = takenBack(locked, counted).map((budget) =>
      isDevice(budget) ? afterLogin(budget, now) : budget,
    );
    repository.queueUpdate(trx, changed);
  }

  function purgeExpired(limit: number): Promise<number> {
    return database.transaction((trx) => repository.deleteExpired(trx, clock(), limit));
  }

  return {
    beginLogin,
    beginChange,
    countMail,
    rememberAddress,
    checking,
    forgive,
    succeed,
    purgeExpired,
  };
}

function subjectOfCounted({ before }: Counted): string {
  return before.subject;
}

function takenBack(budgets: readonly LoginBudget[], counted: readonly Counted[]): LoginBudget[] {
  return budgets.map((budget) => {
    const entry = counted.find(({ before }) => before.subject === budget.subject);
    return entry === undefined ? budget : withoutFailure(budget, entry);
  });
}
