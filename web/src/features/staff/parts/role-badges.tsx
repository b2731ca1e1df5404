import type { StaffRole } from '#app/client.ts';
import * as messages from '#messages/staff.ts';
import { Badge, type Tone } from '#ui/badge.tsx';
import { useMessages } from '#ui/locale.tsx';

const TONES: Readonly<Record<StaffRole, Tone>> = {
  support: 'blue',
  finance: 'green',
  partnerships: 'amber',
  fraud: 'violet',
  administrator: 'grey',
};

export function RoleBadges({ roles }: { readonly roles: readonly StaffRole[] }) {
  const t = useMessages(messages);
  return (
    <span className="inline-flex flex-wrap gap-1 max-sm:justify-end">
      {roles.map((role) => (
        <Badge key={role} tone={TONES[role]}>
          {t.role[role]}
        </Badge>
      ))}
    </span>
  );
}
