import type { PartnerScope } from '#app/client.ts';
import * as messages from '#messages/partners.ts';
import { Checkbox } from '#ui/checkbox.tsx';
import { useMessages } from '#ui/locale.tsx';
import { SCOPES } from '../words.ts';

export type ScopeChoicesProps = {
  readonly scopes: readonly PartnerScope[];
  readonly onChange: (scopes: readonly PartnerScope[]) => void;
};

/** What a key may do. */
export function ScopeChoices({ scopes, onChange }: ScopeChoicesProps) {
  const t = useMessages(messages);
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1.5 font-medium">{t.may}</legend>
      {SCOPES.map((scope) => (
        <Checkbox
          key={scope}
          label={t.scope[scope]}
          checked={scopes.includes(scope)}
          onChange={({ target: { checked } }) =>
            onChange(checked ? [...scopes, scope] : scopes.filter((other) => other !== scope))
          }
        />
      ))}
    </fieldset>
  );
}
