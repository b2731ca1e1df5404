import { useQuery, useQueryClient } from '@tanstack/react-query';
import { meQuery } from '#app/me.ts';
import { useLocale } from '#ui/locale.tsx';
import type { Action, ReversalReason, Timeline } from './model.ts';
import { hasChanged, isStateConflict, settle } from './mutations.ts';
import { timelineQuery } from './queries.ts';
import { supersededSentence } from './words.ts';

/** What came of a decision: it was made, or somebody was faster and this is who. */
export type Settled = { readonly superseded?: string };

/**
 * Decides about the purchase that the person sees. The present state is read first: if another reviewer changed it in the
 * meantime, nothing is sent, and the answer says who was faster.
 */
export function useSettle(seen: Timeline) {
  const queryClient = useQueryClient();
  const { locale } = useLocale();
  const { data: me } = useQuery(meQuery);
  const { id } = seen.purchase;
  const read = () => queryClient.fetchQuery({ ...timelineQuery(id), staleTime: 0 });
  const superseded = (now: Timeline): Settled => ({ superseded: supersededSentence(now, me?.id, locale) });

  return {
    reread: read,
    async decide(action: Action, reason?: ReversalReason): Promise<Settled> {
      const now = await read();
      if (hasChanged(seen, now)) return superseded(now);
      try {
        await settle(id, action, reason);
        return {};
      } catch (error) {
        if (!isStateConflict(error)) throw error;
        return superseded(await read());
      } finally {
        // Lists, holds and wallets show it too.
        void queryClient.invalidateQueries();
      }
    },
  };
}
