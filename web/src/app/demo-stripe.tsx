import { useQuery } from '@tanstack/react-query';
import * as common from '#messages/common.ts';
import { useMessages } from '#ui/locale.tsx';
import { appInfoQuery } from './app-info.ts';

/** Says on every page that the data is invented. */
export function DemoStripe() {
  const t = useMessages(common);
  const { data } = useQuery(appInfoQuery);
  if (!data?.demo_logins.length) return null;
  return (
    <p className="no-print bg-amber-fill px-4 py-0.5 text-center text-small font-medium text-amber">
      {t.demoStripe}
    </p>
  );
}
