import { ambiguousReference } from './errors.ts';
import {
  type ExternalReference,
  keyText,
  lookupKeysOf,
  namespaceOf,
  type Purchase,
  type Witness,
} from './model.ts';

type Named = { readonly id: string; readonly merchantId: string };

export type NameBook = ReturnType<typeof nameBook>;

/** Which purchase an external id names: one that was recorded under it, or one that its source has reported as well. */
export function nameBook(
  purchases: readonly Purchase[],
  witnesses: readonly (Witness & { readonly merchantId: string })[],
) {
  const recorded = new Map(purchases.map((purchase) => [keyText(purchase), purchase]));
  const matched = new Map(witnesses.map((witness) => [keyText(witness), witness]));

  /** The id of the purchase. @throws AMBIGUOUS_REFERENCE. */
  function find(reference: ExternalReference): string | undefined {
    for (const key of lookupKeysOf(reference)) {
      const purchase = recorded.get(keyText(key));
      const witness = matched.get(keyText(key));
      const hits: Named[] = [];
      // One that was found to be the same as another is not meant: its id is a witness of that one.
      if (purchase !== undefined && !(witness !== undefined && purchase.reversalReason === 'duplicate'))
        hits.push(purchase);
      if (witness !== undefined) hits.push({ id: witness.purchaseId, merchantId: witness.merchantId });
      const [first, second] = hits.filter((hit) => isOfShop(hit, key.namespace, reference));
      if (second !== undefined && second.id !== first?.id)
        throw ambiguousReference({
          external_id: reference.externalId,
          purchase_ids: hits.map(({ id }) => id).join(', '),
        });
      if (first !== undefined) return first.id;
    }
    return undefined;
  }

  return { find };
}

/** Where a partner's ids are per shop, one from before that is that of its own shop only. */
function isOfShop(
  { merchantId }: Named,
  namespace: string,
  { actor, merchantId: asked }: ExternalReference,
): boolean {
  return namespace === namespaceOf(actor, asked) || merchantId === asked;
}
