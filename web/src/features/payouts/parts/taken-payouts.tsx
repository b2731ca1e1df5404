import { useErrorText } from '#app/failure.tsx';
import * as messages from '#messages/payouts.ts';
import { Card } from '#ui/card.tsx';
import { Link } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import type { Taken } from '../taken.ts';
import { BankFileButton } from './bank-file-button.tsx';

/** What came of taking payouts, and what follows: the file for the bank. */
export function TakenPayouts({ taken: { ids, refused } }: { readonly taken: Taken }) {
  const t = useMessages(messages);
  const text = useErrorText();
  return (
    <Card title={t.takenTitle(ids.length)}>
      <div role="status" className="grid justify-items-start gap-3">
        {ids.length > 0 && (
          <>
            <p className="max-w-prose text-muted">{t.takenNext}</p>
            <BankFileButton kind="primary" ids={ids} />
          </>
        )}
        {refused.length > 0 && (
          <div className="grid gap-1">
            <p className="font-medium">{t.notTaken(refused.length)}</p>
            <ul className="list-inside list-disc">
              {refused.map(({ id, error }) => (
                <li key={id}>
                  <Link to="/payouts/$id" params={{ id }}>
                    {text(error)}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </Card>
  );
}
