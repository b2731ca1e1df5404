import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type { Logger } from 'pino';

/** Anything that opens a door or names a person's account, wherever it stands in a logged object. */
const SECRET_FIELDS = [
  'authorization',
  'password',
  'current_password',
  'new_password',
  'access_token',
  'refresh_token',
  'token',
  'api_key',
  'signing_secret',
  'iban',
  'account_holder',
];

const REDACTED_PATHS = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/** JSON lines for machines; on a terminal, lines for people. */
export function createLogger(options: { readonly level: string; readonly readable: boolean }): Logger {
  const settings = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
  };
  if (!options.readable) return pino(settings);
  return pino(
    settings,
    pretty({
      colorize: true,
      sync: true,
      translateTime: 'SYS:HH:MM:ss',
      ignore: 'hostname',
      singleLine: true,
    }),
  );
}
