import { forbidden } from '../../../core/errors.ts';
import type { App } from './model.ts';

/** @throws FORBIDDEN if the app is not served at this host. */
export type RequireHost = (app: App | null, host: string) => void;

/** The console may be confined to the host of its own address. The wallet is served at every host. */
export function hostsOfApps(consoleUrl: string | undefined): RequireHost {
  const consoleHost = consoleUrl === undefined ? undefined : new URL(consoleUrl).hostname;
  return (app, host) => {
    if (app === 'console' && consoleHost !== undefined && host !== consoleHost)
      throw forbidden({ reason: 'The console has an address of its own.' });
  };
}
