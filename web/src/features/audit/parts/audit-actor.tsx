import type { AuditLog } from '#app/client.ts';
import * as messages from '#messages/audit.ts';
import { useMessages } from '#ui/locale.tsx';

/** Who did it: the name where the platform knows one. */
export function AuditActor({ record }: { readonly record: AuditLog }) {
  const t = useMessages(messages);
  return <span className="break-words">{record.actor_label ?? t.actors[record.actor_type]}</span>;
}
