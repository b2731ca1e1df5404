import type { Clock } from '../../../core/clock.ts';
import type { Db, Trx } from '../../../core/database/index.ts';
import { type Permission, permissionsOf, type StaffRole } from '../../identity/users/index.ts';
import type { RecordedEvent } from '../../platform/events/index.ts';
import type { Mail, MailClient } from '../../platform/mail/index.ts';
import type { Contact, Kind, MoneyEvent } from './model.ts';
import { KIND_OF_TEMPLATE, MONEY_EVENTS, moneyEventOf, rewardTemplateOf } from './policies.ts';
import type { NotificationRepository } from './repository.ts';
import type { unsubscribing } from './unsubscribing.ts';

const WEBHOOK_DISABLED = 'webhook_endpoint.disabled';

/** Turns events into mails. Only proven addresses get one. */
export function eventMails(deps: {
  readonly mail: Pick<MailClient, 'isConfigured' | 'queue'>;
  readonly repository: NotificationRepository;
  readonly links: ReturnType<typeof unsubscribing>;
}) {
  const { mail, repository, links } = deps;

  /** The events that may become a mail. Recorded cashback, the most frequent one, only if somebody wants it. */
  async function types(db: Db): Promise<readonly string[]> {
    if (!mail.isConfigured) return [];
    const wantsRecorded = await repository.wantsRecorded(db);
    const ofMoney = MONEY_EVENTS.filter((type) => wantsRecorded || type !== 'purchase.recorded');
    return [...ofMoney, WEBHOOK_DISABLED];
  }

  async function consume(trx: Trx, events: readonly RecordedEvent[]): Promise<void> {
    const ofMoney = events.filter(({ action }) => (MONEY_EVENTS as readonly string[]).includes(action));
    const money = ofMoney.map(moneyEventOf).filter((event) => event !== undefined);
    mail.queue(trx, [
      ...(await mailsAboutMoney(trx, money)),
      ...(await mailsAboutWebhooks(
        trx,
        events.filter(({ action }) => action === WEBHOOK_DISABLED),
      )),
    ]);
  }

  async function mailsAboutMoney(trx: Trx, events: readonly MoneyEvent[]): Promise<Mail[]> {
    if (events.length === 0) return [];
    const contacts = await repository.findContacts(trx, [...new Set(events.map(({ userId }) => userId))]);
    const mails = await Promise.all(
      contacts.map(async (to) => {
        const own = events.filter(({ userId }) => userId === to.userId);
        return [...(await rewardMails(trx, to, own)), ...(await payoutMails(trx, to, own))];
      }),
    );
    return mails.flat();
  }

  /** One mail for all rewards of a user that became the same at once. */
  async function rewardMails(trx: Trx, to: Contact, events: readonly MoneyEvent[]): Promise<Mail[]> {
    const wanted = [...Map.groupBy(events, ({ action }) => rewardTemplateOf(action))].flatMap(
      ([template, list]) =>
        template !== undefined && to.preferences[KIND_OF_TEMPLATE[template]] ? [{ template, list }] : [],
    );
    const purchaseIds = wanted.flatMap(({ list }) => list.map(({ resourceId }) => resourceId));
    if (purchaseIds.length === 0) return [];
    const names = await repository.findMerchantNames(trx, purchaseIds);
    return wanted.map(({ template, list }) => ({
      to,
      key: list[0]?.id ?? '',
      template,
      data: {
        rewards: list.map(({ resourceId, amount }) => ({
          merchantName: names.get(resourceId) ?? '',
          cashback: amount,
        })),
      },
      unsubscribe: unsubscribeLink(to, KIND_OF_TEMPLATE[template]),
    }));
  }

  async function payoutMails(trx: Trx, to: Contact, events: readonly MoneyEvent[]): Promise<Mail[]> {
    const payouts = events.filter(({ action }) => action.startsWith('payout.'));
    if (payouts.length === 0) return [];
    const facts = await repository.findPayouts(
      trx,
      payouts.map(({ resourceId }) => resourceId),
    );
    const factsOf = new Map(facts.map((payout) => [payout.id, payout]));
    return payouts.flatMap(({ id: key, action, resourceId, amount }): Mail[] => {
      const payout = factsOf.get(resourceId);
      if (payout === undefined) return [];
      const { reference, failureReason, returnReason } = payout;
      switch (action) {
        case 'payout.requested':
          return [{ to, key, template: 'payout-requested', data: { amount } }];
        case 'payout.completed':
          return [{ to, key, template: 'payout-completed', data: { amount, reference } }];
        case 'payout.failed':
          return [{ to, key, template: 'payout-failed', data: { amount, reason: failureReason } }];
        default:
          return [{ to, key, template: 'payout-returned', data: { amount, reason: returnReason } }];
      }
    });
  }

  async function mailsAboutWebhooks(trx: Trx, events: readonly RecordedEvent[]): Promise<Mail[]> {
    if (events.length === 0) return [];
    const staff = await staffWho(trx, repository, 'webhooks:manage');
    return events.flatMap(({ id, occurredAt, details }) => {
      const { host, reason } = details as { readonly host: string; readonly reason: string };
      const data = {
        host,
        at: occurredAt,
        reason: reason === 'gone' ? ('gone' as const) : ('failing' as const),
      };
      return staff.map((to) => ({ to, key: id, template: 'webhook-disabled' as const, data }));
    });
  }

  function unsubscribeLink({ userId, locale }: Contact, kind: Kind): string {
    return links.linkOf({ userId, kind, locale });
  }

  return { types, consume };
}

/** Members of staff who may do something. */
export async function staffWho(
  db: Db,
  repository: Pick<NotificationRepository, 'findStaff'>,
  permission: Permission,
): Promise<Contact[]> {
  const staff = await repository.findStaff(db);
  return staff.filter(({ staffRoles }) => permissionsOf(staffRoles as StaffRole[]).includes(permission));
}

/** Writes to those who keep the books that they differ. For the command that proves them. */
export async function queueBooksDiffer(
  trx: Trx,
  deps: {
    readonly clock: Clock;
    readonly mail: Pick<MailClient, 'queue'>;
    readonly repository: Pick<NotificationRepository, 'findStaff'>;
  },
  faults: number,
): Promise<number> {
  const { clock, mail, repository } = deps;
  const at = clock();
  const staff = await staffWho(trx, repository, 'wallets:adjust');
  mail.queue(
    trx,
    staff.map((to) => ({ to, key: at.toString(), template: 'books-differ', data: { at, faults } })),
  );
  return staff.length;
}
