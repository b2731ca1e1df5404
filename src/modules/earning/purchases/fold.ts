import type { PurchaseSourceKind } from '../../../core/database/schema.generated.ts';

/** A source that has reported a purchase, and the reported amount in minor units. */
export type Source = {
  /** Whose external ids these are. */
  readonly namespace: string;
  readonly kind: PurchaseSourceKind;
  readonly amount: bigint;
  /** Of a partner: its ids may be per shop, and its namespace is another one then. Known where settlements decide. */
  readonly partnerId?: string | null;
};

/** What the sources of a purchase say of it, in the order of their reports. */
export type Standing = { readonly amount: bigint; readonly sources: readonly Source[] };

const RANKS: Readonly<Record<PurchaseSourceKind, number>> = { shopper: 0, partner: 1, admin: 1 };

/** How much the word of a source counts. */
export function rankOf({ kind }: Pick<Source, 'kind'>): number {
  return RANKS[kind];
}

/** The source that decides on amount and state: of the highest rank the first that reported. */
export function decidingSource(sources: readonly Source[]): Source | undefined {
  const [first, ...later] = sources;
  return later.reduce((decides, next) => {
    if (decides === undefined) return next;
    return rankOf(next) > rankOf(decides) ? next : decides;
  }, first);
}

/** One more source reports a purchase. It sets the amount if it decides from now on; otherwise it is evidence. */
export function fold({ amount, sources }: Standing, source: Source): Standing {
  const all = [...sources, source];
  return { amount: decidingSource(all) === source ? source.amount : amount, sources: all };
}
