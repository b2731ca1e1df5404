import type { StaffRole } from '#app/client.ts';
import * as messages from '#messages/staff.ts';
import { Checkbox } from '#ui/checkbox.tsx';
import { useMessages } from '#ui/locale.tsx';

export const ROLES: readonly StaffRole[] = ['support', 'finance', 'partnerships', 'fraud', 'administrator'];

export type RoleChoicesProps = {
  readonly roles: readonly StaffRole[];
  readonly onChange: (roles: readonly StaffRole[]) => void;
};

/** The roles with what each may do. */
export function RoleChoices({ roles, onChange }: RoleChoicesProps) {
  const t = useMessages(messages);
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 font-medium">{t.roles}</legend>
      {ROLES.map((role) => (
        <Checkbox
          key={role}
          checked={roles.includes(role)}
          onChange={({ target: { checked } }) =>
            onChange(checked ? [...roles, role] : roles.filter((other) => other !== role))
          }
          label={
            <>
              {t.role[role]} <span className="text-muted">– {t.may[role]}</span>
            </>
          }
        />
      ))}
    </fieldset>
  );
}
