import * as messages from '#messages/merchants.ts';
import { Badge } from '#ui/badge.tsx';
import { useMessages } from '#ui/locale.tsx';

export function MerchantBadge({ active }: { readonly active: boolean }) {
  const t = useMessages(messages);
  return (
    <Badge tone={active ? 'green' : 'grey'} icon={active ? 'check' : 'cross'}>
      {active ? t.active : t.inactive}
    </Badge>
  );
}
