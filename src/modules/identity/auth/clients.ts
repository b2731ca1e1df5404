import ipaddr from 'ipaddr.js';
import type { Client } from './model.ts';

const MAX_USER_AGENT = 255;

/** The client of a request as it is stored with a session. */
export function clientOf(request: {
  readonly ip: string;
  readonly headers: { readonly 'user-agent'?: string | undefined };
}): Client {
  // A header may hold characters that PostgreSQL refuses.
  const userAgent = request.headers['user-agent']?.replaceAll(/\p{Cc}/gu, '').slice(0, MAX_USER_AGENT);
  return { userAgent: userAgent || null, network: shortened(request.ip) };
}

/** An address without what names a household: the /24 of IPv4, the /48 of IPv6. */
export function shortened(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4'
    ? `${ipaddr.IPv4.networkAddressFromCIDR(`${parsed}/24`)}`
    : `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/48`)}`;
}

/** The first sign that is found counts: most browsers also name those that they resemble. */
const BROWSERS: readonly (readonly [sign: string, name: string])[] = [
  ['Edg', 'Edge'],
  ['OPR', 'Opera'],
  ['SamsungBrowser', 'Samsung Internet'],
  ['Firefox', 'Firefox'],
  ['FxiOS', 'Firefox'],
  ['CriOS', 'Chrome'],
  ['Chrome', 'Chrome'],
  ['Safari', 'Safari'],
];

const SYSTEMS: readonly (readonly [sign: string, name: string])[] = [
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Android', 'Android'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'macOS'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
];

/** Such as `Firefox on Windows`, or `curl` for a program. Null if the user agent names neither. */
export function deviceName(userAgent: string | null): string | null {
  if (userAgent === null) return null;
  const nameIn = (names: typeof BROWSERS) => names.find(([sign]) => userAgent.includes(sign))?.[1];
  const browser = nameIn(BROWSERS);
  const system = nameIn(SYSTEMS);
  if (browser !== undefined && system !== undefined) return `${browser} on ${system}`;
  const [program = ''] = /^[\w.-]+(?=\/|$)/.exec(userAgent) ?? [];
  return browser ?? system ?? (program || null);
}
