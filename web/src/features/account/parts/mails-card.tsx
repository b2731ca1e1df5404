import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Failure } from '#app/failure.tsx';
import { Loaded } from '#app/loaded.tsx';
import * as messages from '#messages/account.ts';
import { Card } from '#ui/card.tsx';
import { Checkbox } from '#ui/checkbox.tsx';
import { useMessages } from '#ui/locale.tsx';
import { changePreferences } from '../mutations.ts';
import { preferencesQuery } from '../queries.ts';

const MAILS = ['cashback_recorded', 'cashback_available', 'weekly_summary'] as const;

/** The mails that the shopper chooses. A choice is sent at once, and shows as soon as it is kept. */
export function MailsCard() {
  const t = useMessages(messages);
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: changePreferences,
    onSuccess: (preferences) => client.setQueryData(preferencesQuery.queryKey, preferences),
  });
  return (
    <Loaded query={useQuery(preferencesQuery)}>
      {(preferences) => (
        <Card title={t.mails}>
          <div className="grid [&>label]:min-h-(--target)">
            {MAILS.map((mail) => (
              <Checkbox
                key={mail}
                label={t.mail[mail]}
                checked={preferences[mail]}
                disabled={change.isPending}
                onChange={({ target }) => change.mutate({ [mail]: target.checked })}
              />
            ))}
          </div>
          <p className="mt-2 text-small text-muted">{t.mailsHint}</p>
          <p role="status" className="text-small text-green empty:hidden">
            {change.isSuccess && t.saved}
          </p>
          {change.isError && <Failure error={change.error} />}
        </Card>
      )}
    </Loaded>
  );
}
