/* Removes the second factor of an account that has lost it, and ends its sessions: npm run mfa-reset -- email. */
import { DomainError } from '../core/errors.ts';
import { StartupError } from '../core/startup-error.ts';
import { run } from '../startup/run.ts';
import { onAccount } from './on-account.ts';

await run(() =>
  onAccount('mfa-reset', async ({ id, email }, { auth }) => {
    try {
      await auth.resetFactor(id);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      throw new StartupError('The account has no second factor: nothing was done.');
    }
    console.log(`${email} has no second factor any more, and has to log in again.`);
  }),
);
