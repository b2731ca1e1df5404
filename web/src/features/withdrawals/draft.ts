import type { QueryClient } from '@tanstack/react-query';
import type { Money } from '#lib/money.ts';
import { randomUuid } from '#lib/uuid.ts';

/** What the form holds, as the person types it. `account`: `last` or `new`. */
export type DraftValues = { amount: string; account: string; iban: string; holder: string };

/** Where the money goes: to the account of an earlier withdrawal, or to one that the person entered. */
type DraftAccount =
  | { readonly kind: 'last'; readonly payoutId: string; readonly iban: string; readonly holder: string }
  | { readonly kind: 'new'; readonly iban: string; readonly holder: string };

/** What was entered and not sent yet. It lives in memory only, and a logout removes it. */
export type Draft = {
  readonly amount: Money;
  readonly currency: string;
  readonly account: DraftAccount;
};

export type ReviewedDraft = Draft & {
  /** The `Idempotency-Key`: the same as long as the same is asked, however often it is reviewed or retried. */
  readonly key: string;
};

const QUERY_KEY = ['withdrawal-draft'];

export function readDraft(client: QueryClient): ReviewedDraft | undefined {
  return client.getQueryData(QUERY_KEY);
}

export function keepDraft(client: QueryClient, draft: Draft): void {
  const { key, ...before } = readDraft(client) ?? {};
  const isSame = JSON.stringify(before) === JSON.stringify(draft);
  client.setQueryData(QUERY_KEY, { ...draft, key: isSame && key ? key : randomUuid() });
}

export function dropDraft(client: QueryClient): void {
  client.removeQueries({ queryKey: QUERY_KEY });
}
