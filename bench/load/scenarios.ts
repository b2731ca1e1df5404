import { randomUUID } from 'node:crypto';
import type { Buying, Scenario } from './plan.ts';

export type Request = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Purchases that its success records. */
  readonly purchases: number;
  /** The response shows which of them. */
  readonly isBatch?: boolean;
};

const JSON_TYPE = { 'content-type': 'application/json' };

/** Makes the requests of a load. */
export function requestsOf(scenario: Scenario): () => Request {
  switch (scenario.kind) {
    case 'purchases':
      return scenario.batch === undefined ? purchases(scenario) : batches(scenario, scenario.batch);
    case 'mix':
      return mix(scenario);
    case 'reads':
      return reads(scenario);
    case 'logins':
      return logins(scenario);
  }
}

function purchases(buying: Buying): () => Request {
  const next = submissions(buying);
  const headers = { ...JSON_TYPE, authorization: `Bearer ${buying.partnerKey}` };
  return () => ({ method: 'POST', path: '/purchases', headers, body: next(), purchases: 1 });
}

function batches(buying: Buying, size: number): () => Request {
  const next = submissions(buying);
  const headers = { ...JSON_TYPE, authorization: `Bearer ${buying.partnerKey}` };
  return () => {
    const body = `[${Array.from({ length: size }, next).join(',')}]`;
    return { method: 'POST', path: '/purchases/batch', headers, body, purchases: size, isBatch: true };
  };
}

function submissions({ name, users, merchants, days, namesOrders }: Buying): () => string {
  const dates = Array.from({ length: days }, (_, day) =>
    Temporal.Now.instant()
      .subtract({ hours: 24 * (day + 1) })
      .toString({ smallestUnit: 'second' }),
  );
  let count = 0;
  return () => {
    count += 1;
    return JSON.stringify({
      external_id: `${name}-${count}`,
      user_id: oneOf(users),
      merchant_id: oneOf(merchants),
      amount: `${10 + below(90)}.${10 + below(90)}`,
      currency: 'EUR',
      purchased_at: oneOf(dates),
      ...(namesOrders && { order_reference: `#${name}-${count}` }),
    });
  };
}

/** Of each seven requests four report a purchase, two confirm one and one withdraws. */
function mix(scenario: Extract<Scenario, { kind: 'mix' }>): () => Request {
  const { partnerKey, pendingIds, tokens } = scenario;
  const nextPurchase = purchases(scenario);
  const authorization = `Bearer ${partnerKey}`;
  let confirmed = 0;
  const nextConfirmation = (): Request => {
    const id = pendingIds[confirmed];
    if (id === undefined) throw new RangeError('there are fewer pending purchases than confirmations');
    confirmed += 1;
    return {
      method: 'POST',
      path: `/purchases/${id}/confirmation`,
      headers: { authorization },
      purchases: 0,
    };
  };
  const nextPayout = (): Request => ({
    method: 'POST',
    path: '/users/me/payouts',
    headers: {
      ...JSON_TYPE,
      authorization: `Bearer ${oneOf(tokens)}`,
      'idempotency-key': randomUUID(),
    },
    body: JSON.stringify({
      amount: '10.00',
      method: 'bank_transfer',
      details: { iban: 'DE89370400440532013000', account_holder: 'Erika Mustermann' },
    }),
    purchases: 0,
  });
  const order = [
    nextPurchase,
    nextConfirmation,
    nextPurchase,
    nextPayout,
    nextPurchase,
    nextConfirmation,
    nextPurchase,
  ];
  let count = 0;
  return () => {
    count += 1;
    return (order[count % order.length] ?? nextPurchase)();
  };
}

function reads({ path, tokens }: Extract<Scenario, { kind: 'reads' }>): () => Request {
  return () => ({
    method: 'GET',
    path,
    headers: { authorization: `Bearer ${oneOf(tokens)}` },
    purchases: 0,
  });
}

/** Each login has its own address and account, because both are limited. */
function logins({ emails, password }: Extract<Scenario, { kind: 'logins' }>): () => Request {
  let count = 0;
  return () => {
    count += 1;
    const body = JSON.stringify({ email: emails[count % emails.length], password });
    const headers = {
      ...JSON_TYPE,
      'x-forwarded-for': `10.${count >> 16}.${(count >> 8) & 255}.${count & 255}`,
    };
    return { method: 'POST', path: '/auth/login', headers, body, purchases: 0 };
  };
}

function oneOf(values: readonly string[]): string {
  const value = values[below(values.length)];
  if (value === undefined) throw new RangeError('there is nothing to choose from');
  return value;
}

function below(count: number): number {
  return Math.floor(Math.random() * count);
}
