import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { NoDatabaseError } from '../startup-error.ts';

const FILE_PARAMETERS = ['sslrootcert', 'sslcert', 'sslkey'];
const PARAMETERS = [
  'sslmode',
  ...FILE_PARAMETERS,
  'sslnegotiation',
  'uselibpqcompat',
  'application_name',
  'host',
  'port',
];
const SSL_MODES = ['disable', 'no-verify', 'prefer', 'require', 'verify-ca', 'verify-full'];
/** The driver verifies these fully and warns on each start that a future version will not. */
const FULLY_VERIFIED = ['prefer', 'require', 'verify-ca'];

/**
 * A PostgreSQL URL as the driver understands it, with absolute paths of certificates.
 * @throws NoDatabaseError if the driver would misread or ignore a part of it.
 */
export function parseDatabaseUrl(text: string, workingDirectory: string, setting = 'DATABASE_URL'): string {
  const url = URL.parse(text);
  // An unescaped "#", "/" or "?" ends the host early, so that the "@" lands behind it.
  if (
    url === null ||
    !/^postgres(ql)?:$/.test(url.protocol) ||
    /@/.test(url.pathname + url.search + url.hash)
  ) {
    throw malformed(setting);
  }
  requireDecodable([url.username, url.password, url.pathname], setting);
  const parameters = url.searchParams;
  for (const name of parameters.keys()) {
    if (!PARAMETERS.includes(name)) {
      throw new NoDatabaseError(`${setting} has an unknown parameter ${name}: use ${PARAMETERS.join(', ')}.`);
    }
  }
  const sslMode = parameters.get('sslmode');
  if (sslMode !== null && !SSL_MODES.includes(sslMode)) {
    throw new NoDatabaseError(`${setting} has an unknown sslmode ${sslMode}: use ${SSL_MODES.join(', ')}.`);
  }
  if (sslMode !== null && FULLY_VERIFIED.includes(sslMode) && !parameters.has('uselibpqcompat')) {
    parameters.set('sslmode', 'verify-full');
  }
  for (const name of FILE_PARAMETERS) {
    const path = parameters.get(name);
    if (path === null) continue;
    const file = resolve(workingDirectory, path);
    if (!existsSync(file)) throw new NoDatabaseError(`${setting} names a missing file: ${name} ${file}.`);
    parameters.set(name, file);
  }
  return url.href;
}

function requireDecodable(parts: readonly string[], setting: string): void {
  try {
    for (const part of parts) decodeURIComponent(part);
  } catch {
    throw malformed(setting);
  }
}

function malformed(setting: string): NoDatabaseError {
  return new NoDatabaseError(
    `${setting} must be a URL such as postgres://user:password@host:5432/clicknback, with special characters percent-encoded (@ is %40, # is %23).`,
  );
}

/** The role as which a connection is made. */
export function userOf(url: string): string {
  return decodeURIComponent(new URL(url).username);
}

/** For a person: without user and password. */
export function describeDatabaseUrl(url: string): string {
  const { hostname, port, pathname, searchParams } = new URL(url);
  return `${searchParams.get('host') ?? hostname}:${searchParams.get('port') ?? (port || 5432)}${pathname}`;
}
