import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '#app/api.ts';
import { useErrorText } from '#app/failure.tsx';
import { meQuery } from '#app/me.ts';
import * as messages from '#messages/verification.ts';
import { Button } from '#ui/button.tsx';
import { Card } from '#ui/card.tsx';
import { useMessages } from '#ui/locale.tsx';

/** Withdrawals need a proven address: what to do about it. */
export function VerifyNotice() {
  const t = useMessages(messages);
  const errorText = useErrorText();
  const { data: me } = useQuery(meQuery);
  const send = useMutation({ mutationFn: () => api.post('/users/me/email-verification') });
  const email = me?.email ?? '';
  return (
    <Card title={t.verifyTitle}>
      <p className="break-words text-muted">{t.verifyText(email)}</p>
      <div className="mt-3">
        {send.isSuccess ? (
          <p role="status" className="break-words text-green">
            {t.verifySent(email)}
          </p>
        ) : (
          <Button busy={send.isPending} onClick={() => send.mutate()}>
            {t.verifySend}
          </Button>
        )}
      </div>
      {send.isError && (
        <p role="alert" className="mt-3 rounded-control bg-red-fill px-3 py-2 text-red">
          {errorText(send.error)}
        </p>
      )}
    </Card>
  );
}
