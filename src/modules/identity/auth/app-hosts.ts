import { forbidden } from '../../../core/errors.ts';
import type { App } from './model.ts';

/** @throws FORBIDDEN if the app is not served at the host of the request. */
export type RequireHost = (app: App | null, request: { readonly hostname: string }) => void;

/** The console may be confined to the host of its own address. The wallet is served at every host. */
export function hostsOfApps(consoleUrl: string | undefined): RequireHost {
  const consoleHost = consoleUrl === undefined ? undefined : new URL(consoleUrl).hostname;
  return (app, { hostname }) => {
    if (app === 'console' && consoleHost !== undefined && hostname.toLowerCase() !== consoleHost)
      throw forbidden({ reason: 'The console has an address of its own.' });
  };
}
