import type { Offer } from '#app/client.ts';
import * as messages from '#messages/offers.ts';
import { Badge } from '#ui/badge.tsx';
import { useMessages } from '#ui/locale.tsx';
import { OFFER_LOOKS, stateOf, utcToday } from '../words.ts';

export function OfferBadge({ offer }: { readonly offer: Offer }) {
  const t = useMessages(messages);
  const state = stateOf(offer, utcToday());
  return <Badge {...OFFER_LOOKS[state]}>{t.states[state]}</Badge>;
}
