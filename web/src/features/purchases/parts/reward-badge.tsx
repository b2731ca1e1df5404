import * as messages from '#messages/purchases.ts';
import { Badge, type BadgeProps } from '#ui/badge.tsx';
import { useMessages } from '#ui/locale.tsx';

type Status = keyof typeof messages.en.rewardStates;

const LOOKS: Readonly<Record<Status, Pick<BadgeProps, 'tone' | 'icon'>>> = {
  pending: { tone: 'amber', icon: 'clock' },
  available: { tone: 'green', icon: 'check' },
  reversed: { tone: 'grey', icon: 'return' },
};

/** The state of a purchase's cashback. */
export function RewardBadge({ status }: { readonly status: Status }) {
  const t = useMessages(messages);
  return <Badge {...LOOKS[status]}>{t.rewardStates[status]}</Badge>;
}
