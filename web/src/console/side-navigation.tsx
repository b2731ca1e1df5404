import * as messages from '#messages/shell.ts';
import { useMessages } from '#ui/locale.tsx';
import { NavLink } from '#ui/nav-link.tsx';
import { NAVIGATION } from './navigation.ts';

export function SideNavigation({ onNavigate }: { readonly onNavigate: () => void }) {
  const t = useMessages(messages);
  return (
    <div className="grid gap-4 px-2 pb-6">
      {NAVIGATION.map((group) => (
        <ul key={group[0]?.to}>
          {group.map(({ to, label, exact }) => (
            <li key={to}>
              <NavLink to={to} exact={exact} onClick={onNavigate}>
                {t[label]}
              </NavLink>
            </li>
          ))}
        </ul>
      ))}
    </div>
  );
}
