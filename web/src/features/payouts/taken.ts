import type { Refusal } from '#app/client.ts';

/** What came of taking several payouts: those that are the person's now, and why others are not. */
export type Taken = {
  readonly ids: readonly string[];
  readonly refused: readonly { readonly id: string; readonly error: Refusal }[];
};

type Result = { readonly id: string; readonly error?: unknown };

export function takenOf({ results }: { readonly results: readonly Result[] }): Taken {
  return {
    ids: results.filter(({ error }) => error === undefined).map(({ id }) => id),
    refused: results.flatMap(({ id, error }) =>
      error === undefined ? [] : [{ id, error: error as Refusal }],
    ),
  };
}
