import * as messages from '#messages/account.ts';
import { Badge } from '#ui/badge.tsx';
import { Button } from '#ui/button.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import type { OwnSession } from '../queries.ts';

export type SessionEntryProps = {
  readonly session: OwnSession;
  readonly isEnding: boolean;
  readonly onEnd: () => void;
};

/** One device. This one ends with "Log out" on top of the page. */
export function SessionEntry({ session, isEnding, onEnd }: SessionEntryProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const device = session.device ?? t.unknownDevice;
  return (
    <li className="flex items-center justify-between gap-4 border-b border-line px-5 py-3 last:border-b-0">
      <span className="min-w-0">
        <span className="block break-words">{device}</span>
        <span className="block text-small text-muted">
          {t.loggedIn(format.shortDate(session.created_at))} · {t.lastUsed(format.age(session.last_used_at))}
        </span>
      </span>
      {session.current ? (
        <Badge tone="green" icon="check">
          {t.thisDevice}
        </Badge>
      ) : (
        <span className="shrink-0 whitespace-nowrap">
          <Button busy={isEnding} onClick={onEnd} aria-label={t.endDevice(device)}>
            {t.end}
          </Button>
        </span>
      )}
    </li>
  );
}
