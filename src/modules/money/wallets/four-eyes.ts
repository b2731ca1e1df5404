/** The amounts above which two administrators must act, in minor units by currency. Undefined: one is always enough. */
export type FourEyesAbove = ReadonlyMap<string, bigint> | undefined;

/** A currency that is not supported any more has no amount: it always takes two. */
export function needsFourEyes(
  { amount, currency }: { readonly amount: bigint; readonly currency: string },
  above: FourEyesAbove,
): boolean {
  return above !== undefined && amount > (above.get(currency) ?? 0n);
}
