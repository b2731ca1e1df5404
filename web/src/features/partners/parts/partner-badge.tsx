import * as messages from '#messages/partners.ts';
import { Badge } from '#ui/badge.tsx';
import { useMessages } from '#ui/locale.tsx';

export function PartnerBadge({ active }: { readonly active: boolean }) {
  const t = useMessages(messages);
  return (
    <Badge tone={active ? 'green' : 'grey'} icon={active ? 'check' : 'cross'}>
      {active ? t.active : t.inactive}
    </Badge>
  );
}
