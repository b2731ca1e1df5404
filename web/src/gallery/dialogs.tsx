import { useState } from 'react';
import { ApiError, ConnectionError } from '#app/client.ts';
import { MoneyDialog } from '#app/money-dialog.tsx';
import { toast } from '#app/toasts.tsx';
import { Button } from '#ui/button.tsx';
import { Card } from '#ui/card.tsx';

type Outcome = 'done' | 'lost' | 'refused';

const refused = new ApiError(
  { code: 'INSUFFICIENT_BALANCE', message: '', details: { available_balance: '12.50', currency: 'EUR' } },
  { request: 'POST /x', status: 409, requestId: 'r-1', attempts: 1 },
);
const lost = new ConnectionError('', { request: 'POST /x', attempts: 1 });

/** The requests that the dialogs sent, with their keys: `window.requests` for the tests. */
const requests: string[] = [];
Object.assign(window, { requests });

/** Answers when the test calls `window.answer()`. A lost request is done when it is sent again. */
function send(key: string, outcome: Outcome): Promise<void> {
  const isRetry = requests.includes(key);
  requests.push(key);
  return new Promise((resolve, reject) => {
    Object.assign(window, {
      answer: () => {
        if (outcome === 'done' || (outcome === 'lost' && isRetry)) resolve();
        else reject(outcome === 'lost' ? lost : refused);
      },
    });
  });
}

export function Dialogs() {
  const [outcome, setOutcome] = useState<Outcome>();
  return (
    <Card title="Dialogs">
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => setOutcome('done')}>Money that moves</Button>
        <Button onClick={() => setOutcome('lost')}>An answer that gets lost</Button>
        <Button onClick={() => setOutcome('refused')}>A refusal</Button>
        <Button onClick={() => void toast('The withdrawal is on its way.')}>A toast</Button>
      </div>
      {outcome && (
        <MoneyDialog
          title="Withdraw money"
          confirmLabel="Withdraw 152.77 €"
          run={(key) => send(key, outcome)}
          onDone={() => void toast('The withdrawal is on its way.')}
          onClose={() => setOutcome(undefined)}
        >
          <p>To DE89 3704 0044 0532 0130 00, Alice Example. Available falls to 0.00 €.</p>
        </MoneyDialog>
      )}
    </Card>
  );
}
