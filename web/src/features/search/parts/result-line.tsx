import type { SearchResult } from '#app/client.ts';
import * as messages from '#messages/search.ts';
import { Amount } from '#ui/amount.tsx';
import { Badge } from '#ui/badge.tsx';
import { useMessages } from '#ui/locale.tsx';
import { toneOf } from '../words.ts';

/** One result: what it is, its state and amount, and the field that matched. */
export function ResultLine({ result }: { readonly result: SearchResult }) {
  const t = useMessages(messages);
  const { type, title, subtitle, status, amount, currency, matched_by: matchedBy } = result;
  const states: Readonly<Record<string, string>> = t.states;
  return (
    <span className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3">
      <span className="truncate font-medium">{title}</span>
      <span className="flex items-center gap-2">
        {amount !== null && currency !== null && <Amount value={amount} currency={currency} />}
        <Badge tone={toneOf(status)}>{states[status] ?? status}</Badge>
      </span>
      <span className="col-span-2 truncate text-small text-muted">
        {[t.types[type], subtitle, t.matchedBy[matchedBy]].filter(Boolean).join(' · ')}
      </span>
    </span>
  );
}
