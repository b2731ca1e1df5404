/* Searches for credentials in every file that git knows or would add: `npm run check:secrets`. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { isWeakSecret, PUBLISHED_SECRETS } from '../src/core/secrets/weak-secrets.ts';

const CREDENTIALS: readonly (readonly [string, RegExp])[] = [
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[\w+/=]{16}/g],
  ['an AWS key', /\bAKIA[0-9A-Z]{16}\b/g],
  ['a GitHub token', /\b(?:gh[pousr]_\w{36}|github_pat_\w{40,})\b/g],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}\b/g],
  ['a Slack token', /\bxox[abprs]-[\w-]{20,}/g],
  ['a Stripe key', /\b[rs]k_live_\w{20,}/g],
  ['a partner key', /\bcnb_[0-9a-f]{8}_[\w-]{43}_[0-9a-f]{8}\b/g],
  ['a JSON Web Token', /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/g],
  ['a signing secret', /\bwhsec_[A-Za-z0-9+/]{24,}/g],
  ['a key of the platform', /\b(?:JWT|ENCRYPTION)_KEYS=["']?[\w-]+:[\w+/=]{32,}/g],
  ['a password in a URL', /\b(?:postgres(?:ql)?|rediss?):\/\/[\w-]+:[\w-]{20,}@/g],
];

const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
  maxBuffer: 1 << 26,
});
const found = files.split('\0').filter(isFile).flatMap(credentialsIn);
for (const line of found) console.error(line);
if (found.length > 0) process.exitCode = 1;

function isFile(path: string): boolean {
  return path !== '' && (statSync(path, { throwIfNoEntry: false })?.isFile() ?? false);
}

/** Never the credential itself: the output lands in logs. */
function credentialsIn(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  return CREDENTIALS.flatMap(([what, pattern]) =>
    [...text.matchAll(pattern)]
      .filter(
        ([match]) => !PUBLISHED_SECRETS.some((secret) => match.includes(secret)) && !isWeakSecret(match),
      )
      .map(
        ({ index }) =>
          `${path}:${text.slice(0, index).split('\n').length} contains ${what}, or a text in its form.`,
      ),
  );
}
