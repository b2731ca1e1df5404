import * as messages from '#messages/purchases.ts';
import { Badge, type BadgeProps } from '#ui/badge.tsx';
import { useMessages } from '#ui/locale.tsx';

export type PurchaseBadgeProps = {
  readonly status: 'pending' | 'confirmed' | 'reversed';
  readonly held?: boolean;
};

const LOOKS: Readonly<Record<keyof typeof messages.en.states, Pick<BadgeProps, 'tone' | 'icon'>>> = {
  pending: { tone: 'amber', icon: 'clock' },
  held: { tone: 'violet', icon: 'pause' },
  confirmed: { tone: 'green', icon: 'check' },
  reversed: { tone: 'grey', icon: 'return' },
};

/** The state of a purchase. */
export function PurchaseBadge({ status, held = false }: PurchaseBadgeProps) {
  const t = useMessages(messages);
  const state = status === 'pending' && held ? 'held' : status;
  return <Badge {...LOOKS[state]}>{t.states[state]}</Badge>;
}
