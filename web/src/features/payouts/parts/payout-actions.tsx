import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Payout } from '#app/client.ts';
import { lazyDialog } from '#app/lazy-dialog.tsx';
import { meQuery, useCan } from '#app/me.ts';
import * as messages from '#messages/payouts.ts';
import { Button } from '#ui/button.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { MOVES, type Move, whyNot } from '../words.ts';
import { BankFileButton } from './bank-file-button.tsx';

const MoveDialog = lazyDialog(async () => (await import('./move-dialog.tsx')).MoveDialog);

/** What the person may do with a payout. What the state forbids is disabled, with its reason below. */
export function PayoutActions({ payout }: { readonly payout: Payout }) {
  const t = useMessages(messages);
  const format = useFormat();
  const mayPay = useCan('payouts:process');
  const { data: me } = useQuery(meQuery);
  const [move, setMove] = useState<Move>();
  if (!mayPay || me === undefined) return null;
  const reasons = new Set(MOVES[payout.status].map((next) => whyNot(next, payout, me, t)));
  const labels: Readonly<Record<Move, string>> = {
    processing: t.takeThis(format.money(payout.amount, payout.currency)),
    completed: t.complete,
    failed: t.fail,
    returned: t.returned,
  };
  return (
    <div className="grid justify-items-start gap-2 lg:justify-items-end">
      <div className="flex flex-wrap gap-2">
        {payout.status === 'processing' && payout.processing_by === me.id && (
          <BankFileButton ids={[payout.id]} />
        )}
        {MOVES[payout.status].map((next) => (
          <Button
            key={next}
            kind={next === 'failed' || next === 'returned' ? 'danger' : 'primary'}
            aria-disabled={whyNot(next, payout, me, t) !== undefined}
            aria-describedby="why-not"
            onClick={() => setMove(next)}
          >
            {labels[next]}
          </Button>
        ))}
      </div>
      <p id="why-not" className="max-w-prose text-small text-muted empty:hidden">
        {[...reasons].filter(Boolean).join(' ')}
      </p>
      {move && <MoveDialog payout={payout} move={move} onClose={() => setMove(undefined)} />}
    </div>
  );
}
