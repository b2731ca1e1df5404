import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Failure } from '#app/failure.tsx';
import { Loaded } from '#app/loaded.tsx';
import { toast } from '#app/toasts.tsx';
import * as messages from '#messages/account.ts';
import { Button } from '#ui/button.tsx';
import { Card } from '#ui/card.tsx';
import { useMessages } from '#ui/locale.tsx';
import { endOtherSessions, endSession } from '../mutations.ts';
import { sessionsQuery } from '../queries.ts';
import { SessionEntry } from './session-entry.tsx';

/** Where the shopper is logged in, and how to end that. */
export function SessionsCard() {
  const t = useMessages(messages);
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: (id: string | undefined) => (id === undefined ? endOtherSessions() : endSession(id)),
    onSuccess: async (_, id) => {
      await client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
      void toast(id === undefined ? t.othersEnded : t.ended);
    },
  });
  return (
    <Loaded query={useQuery(sessionsQuery)}>
      {({ data }) => (
        <Card flush title={t.devices}>
          {end.isError && (
            <div className="px-5 pb-4">
              <Failure error={end.error} />
            </div>
          )}
          <ul>
            {data.map((session) => (
              <SessionEntry
                key={session.id}
                session={session}
                isEnding={end.isPending && end.variables === session.id}
                onEnd={() => end.mutate(session.id)}
              />
            ))}
          </ul>
          {data.length > 1 && (
            <div className="border-t border-line px-5 py-3">
              <Button
                kind="quiet"
                busy={end.isPending && end.variables === undefined}
                onClick={() => end.mutate(undefined)}
              >
                {t.endOthers}
              </Button>
            </div>
          )}
        </Card>
      )}
    </Loaded>
  );
}
