import type { Payout } from '#app/client.ts';
import * as messages from '#messages/payouts.ts';
import { useMessages } from '#ui/locale.tsx';
import { Time } from '#ui/time.tsx';
import { stepsOf } from '../words.ts';

/** What happened, oldest first. What comes next stands below, after a dashed line. */
export function PayoutSteps({ payout }: { readonly payout: Payout }) {
  const t = useMessages(messages);
  const next = t.next[payout.status];
  return (
    <ol className="grid">
      {stepsOf(payout, t).map(({ at, text }) => (
        <li
          key={at + text}
          className="relative grid gap-x-4 border-l-2 border-line pb-4 pl-4 last:pb-0 sm:grid-cols-[10rem_1fr]"
        >
          <span aria-hidden="true" className="absolute top-1 -left-[5px] size-2 rounded-full bg-brand" />
          <span className="text-muted">
            <Time at={at} />
          </span>
          <span className="min-w-0 break-words">{text}</span>
        </li>
      ))}
      {next !== undefined && <li className="border-l-2 border-dashed border-line pl-4 text-muted">{next}</li>}
    </ol>
  );
}
