/*
 * Prints a token with which an account gets a new password: npm run password-reset -- email. For staff, whose tokens the
 * API does not issue.
 */
import { formatInstant } from '../core/clock.ts';
import { run } from '../startup/run.ts';
import { onAccount } from './on-account.ts';

await run(() =>
  onAccount('password-reset', async ({ id, email }, { auth }) => {
    const { token, expiresAt } = await auth.issueResetTokenOnServer(id);
    console.error(`${email} can set a password once, until ${formatInstant(expiresAt)}, with this token:`);
    console.log(token);
  }),
);
