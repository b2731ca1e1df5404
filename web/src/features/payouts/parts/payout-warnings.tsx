import type { Payout } from '#app/client.ts';
import * as messages from '#messages/payouts.ts';
import { Badge } from '#ui/badge.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { warningsOf } from '../words.ts';

/** What finance should know before it pays. Nothing where nothing speaks against it. */
export function PayoutWarnings({ payout }: { readonly payout: Payout }) {
  const t = useMessages(messages);
  const format = useFormat();
  const warnings = warningsOf(payout, t, format);
  if (warnings.length === 0) return null;
  return (
    <span className="inline-flex flex-wrap gap-1 max-sm:justify-end">
      {warnings.map(({ text, ...look }) => (
        <Badge key={text} {...look}>
          {text}
        </Badge>
      ))}
    </span>
  );
}
