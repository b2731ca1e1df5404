import type { UseQueryResult } from '@tanstack/react-query';
import * as common from '#messages/common.ts';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { ConnectionError } from './client.ts';

/** "As of 10:42" where the shown data could not be read again. */
export function Freshness({ query }: { readonly query: Pick<UseQueryResult, 'dataUpdatedAt' | 'error'> }) {
  const t = useMessages(common);
  const format = useFormat();
  if (!(query.error instanceof ConnectionError) || query.dataUpdatedAt === 0) return null;
  const time = format.time(new Date(query.dataUpdatedAt).toISOString());
  return (
    <p role="status" className="text-small text-muted">
      {t.offline} {t.asOf(time)}
    </p>
  );
}
