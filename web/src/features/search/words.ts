import type { SearchResult } from '#app/client.ts';
import type { Tone } from '#ui/badge.tsx';
import type { Place } from '#ui/link.tsx';

/** The page that a result opens. An offer has none of its own: it stands in its list. */
export function placeOf({ type, id, title }: Pick<SearchResult, 'type' | 'id' | 'title'>): Place {
  const paths = {
    purchase: '/purchases/$id',
    payout: '/payouts/$id',
    user: '/shoppers/$id',
    merchant: '/merchants/$id',
    partner: '/partners/$id',
  } as const;
  return type === 'offer'
    ? { to: '/merchants', search: { name: title } }
    : { to: paths[type], params: { id } };
}

const TONES: Readonly<Record<string, Tone>> = {
  pending: 'amber',
  requested: 'amber',
  processing: 'blue',
  confirmed: 'green',
  completed: 'green',
  active: 'green',
  failed: 'red',
  returned: 'red',
};

export function toneOf(status: string): Tone {
  return TONES[status] ?? 'grey';
}
