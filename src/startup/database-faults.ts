import pg from 'pg';
import { describeDatabaseUrl } from '../core/database/url.ts';
import { NoDatabaseError } from '../core/startup-error.ts';

const CONNECT_TIMEOUT_MS = 5_000;

const INSUFFICIENT_PRIVILEGE = '42501';

/** The reasons by SQLSTATE, errno or TLS error code. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its host is unknown',
  EAI_AGAIN: 'its host is unknown',
  EHOSTUNREACH: 'its host cannot be reached',
  ENETUNREACH: 'its host cannot be reached',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'the connection was closed: is that a PostgreSQL server?',
  '28P01': 'the password is wrong',
  '28000': 'the user is refused',
  '3D000': 'that database does not exist',
  [INSUFFICIENT_PRIVILEGE]:
    'its user lacks a privilege: run npm run migrate as the owner, see "Roles of the database" in docs/operations.md',
  '53300': 'it has no connection to spare',
  '57P03': 'it is starting up or shutting down',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed: name the certificate with sslrootcert',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is from a private authority: name that with sslrootcert',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is from a private authority: name that with sslrootcert',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is from a private authority: name that with sslrootcert',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate is from a private authority: name that with sslrootcert',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
};

/** The reasons for errors that the driver reports only by their text. */
const REASONS_BY_TEXT: readonly (readonly [RegExp, string])[] = [
  [/does not support SSL/, 'it does not speak TLS: remove sslmode, or enable TLS there'],
  [/no encryption|SSL off|requires SSL/i, 'it requires TLS, or refuses the user: try sslmode=verify-full'],
  [/timeout expired|connection timeout/, 'it does not answer as PostgreSQL does'],
  [/error establishing an SSL|terminated unexpectedly|invalid response/, 'that is not a PostgreSQL server'],
  [/client password must be a string/, 'it asks for a password, and there is none in the URL'],
  [/permission denied/, REASONS[INSUFFICIENT_PRIVILEGE] ?? ''],
];

/** @throws NoDatabaseError with the reason if no connection can be made. */
export async function requireReachable(url: string): Promise<void> {
  try {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
    client.on('error', () => undefined); // connect() reports it
    await client.connect();
    await client.end();
  } catch (error) {
    throw unusable(url, reasonOf(error) ?? firstLine(error));
  }
}

/** Converts a known error to a sentence for the operator. Returns any other error unchanged. */
export function asDatabaseFault(error: unknown, url: string): unknown {
  const reason = reasonOf(error);
  return reason === undefined ? error : unusable(url, reason);
}

function unusable(url: string, reason: string): NoDatabaseError {
  return new NoDatabaseError(`The database ${describeDatabaseUrl(url)} cannot be used: ${reason}.`);
}

function reasonOf(error: unknown): string | undefined {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  // The text is more exact than the code: 28000 means either a refused user or missing TLS.
  return REASONS_BY_TEXT.find(([text]) => text.test(message))?.[1] ?? REASONS[code];
}

function firstLine(error: unknown): string {
  return (error as Error).message.split('\n', 1)[0]?.replace(/\.$/, '') ?? 'for an unknown reason';
}
