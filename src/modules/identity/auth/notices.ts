import type { Clock } from '../../../core/clock.ts';
import type { Trx } from '../../../core/database/index.ts';
import { newId } from '../../../core/id.ts';
import type { Mail, MailClient } from '../../platform/mail/index.ts';
import type { Profile, UserClient } from '../users/index.ts';
import { deviceName } from './clients.ts';
import type { Client } from './model.ts';

export type Notices = ReturnType<typeof accountNotices>;

type NoticeName = 'password-changed' | 'second-factor-changed' | 'new-device-login' | 'email-changed';

type NoticeContent = {
  [Name in NoticeName]: {
    readonly template: Name;
    readonly data: Extract<Mail, { template: Name }>['data'];
  };
}[NoticeName];

type SecondFactorChange = Extract<Mail, { template: 'second-factor-changed' }>['data']['change'];

/**
 * Mails to the owner of an account about what was done to it, queued in the transaction of the act. Only a proven address
 * gets them: another one may belong to a stranger.
 */
export function accountNotices(deps: {
  clock: Clock;
  mail: MailClient;
  users: Pick<UserClient, 'findProfile'>;
}) {
  const { clock, mail, users } = deps;

  async function notify(
    trx: Trx,
    userId: string,
    contentOf: (at: Temporal.Instant) => NoticeContent,
  ): Promise<void> {
    if (!mail.isConfigured) return;
    const user = await users.findProfile(trx, userId);
    if (user !== undefined) queue(trx, user, contentOf(clock()));
  }

  function queue(trx: Trx, { id, email, locale, emailVerifiedAt }: Profile, content: NoticeContent): void {
    if (emailVerifiedAt === null) return;
    // Each act has its own mail.
    mail.queue(trx, [{ to: { userId: id, email, locale }, key: newId(), ...content }]);
  }

  return {
    passwordChanged: (trx: Trx, userId: string) =>
      notify(trx, userId, (at) => ({ template: 'password-changed', data: { at } })),

    factorChanged: (trx: Trx, userId: string, change: SecondFactorChange) =>
      notify(trx, userId, (at) => ({ template: 'second-factor-changed', data: { at, change } })),

    newDevice: (trx: Trx, userId: string, { userAgent, network }: Client) =>
      notify(trx, userId, (at) => ({
        template: 'new-device-login',
        data: { at, device: deviceName(userAgent), address: network },
      })),

    /** `previous` is the account with the address that was replaced. */
    emailChanged: (trx: Trx, previous: Profile, newEmail: string) =>
      queue(trx, previous, { template: 'email-changed', data: { at: clock(), newEmail } }),
  };
}
