import * as messages from '#messages/shoppers.ts';
import { Badge } from '#ui/badge.tsx';
import { useMessages } from '#ui/locale.tsx';

export function ShopperBadge({ active }: { readonly active: boolean }) {
  const t = useMessages(messages);
  return (
    <Badge tone={active ? 'green' : 'grey'} icon={active ? 'check' : 'cross'}>
      {active ? t.states.active : t.states.inactive}
    </Badge>
  );
}
