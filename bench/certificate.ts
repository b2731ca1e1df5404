import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A self-signed certificate for 127.0.0.1. Clients trust `file`. */
export type Certificate = { readonly key: Buffer; readonly cert: Buffer; readonly file: string };

export function makeCertificate(directory: string): Certificate {
  const file = join(directory, 'proxy.crt');
  const keyFile = join(directory, 'proxy.key');
  execFileSync(
    'openssl',
    [
      ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=torture'.split(
        ' ',
      ),
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', keyFile, '-out', file],
    ],
    { stdio: 'pipe' },
  );
  return { key: readFileSync(keyFile), cert: readFileSync(file), file };
}
