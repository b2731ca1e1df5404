import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import type { Mail, MailClient } from '../../platform/mail/index.ts';
import { staffWho } from './mails.ts';
import { isMorning, mondayOf } from './policies.ts';
import type { NotificationRepository } from './repository.ts';
import type { unsubscribing } from './unsubscribing.ts';

/** Users whose week is summarized in one transaction. */
const BATCH = 200;

/** A payout that was requested longer ago than this is waiting. */
const WAITING_AFTER = Temporal.Duration.from({ hours: 24 });

/** Mails that no event causes: they are written in the morning (UTC), each day or each week. */
export function recurringMails(deps: {
  readonly database: Database;
  readonly clock: Clock;
  readonly mail: Pick<MailClient, 'isConfigured' | 'queue'>;
  readonly repository: NotificationRepository;
  readonly links: ReturnType<typeof unsubscribing>;
}) {
  const { database, clock, mail, repository, links } = deps;

  /** Writes to those who pay that payouts wait, once a day. Returns the number of mails. */
  async function writeAboutWaitingPayouts(): Promise<number> {
    const now = clock();
    if (!mail.isConfigured || !isMorning(now)) return 0;
    const payouts = await repository.findWaitingPayouts(database.db, now.subtract(WAITING_AFTER));
    const [oldest] = payouts.map(({ oldestRequestedAt }) => oldestRequestedAt).sort(Temporal.Instant.compare);
    if (oldest === undefined) return 0;
    const staff = await staffWho(database.db, repository, 'payouts:process');
    const mails = staff
      .filter(({ preferences }) => preferences.payouts_waiting)
      .map(
        (to): Mail => ({
          to,
          // The same for all runs of a day.
          key: now.toZonedDateTimeISO('UTC').toPlainDate().toString(),
          template: 'payouts-waiting',
          data: { oldestRequestedAt: oldest, waiting: payouts.map(({ count, total }) => ({ count, total })) },
          unsubscribe: links.linkOf({ ...to, kind: 'payouts_waiting' }),
        }),
      );
    await database.transaction(async (trx) => mail.queue(trx, mails));
    return mails.length;
  }

  /**
   * Writes the summaries of the last week, on Monday or as soon as the platform runs after it. A week without a purchase
   * has none. Yields the number of users of each batch.
   */
  async function* writeWeeklySummaries(): AsyncIterable<number> {
    const now = clock();
    if (!mail.isConfigured || !isMorning(now)) return;
    const monday = mondayOf(now);
    let users: number;
    do {
      users = await writeSummariesOfSome(monday);
      yield users;
    } while (users === BATCH);
  }

  function writeSummariesOfSome(monday: Temporal.PlainDate): Promise<number> {
    const first = monday.subtract({ days: 7 });
    const startOf = (day: Temporal.PlainDate) => day.toZonedDateTime('UTC').toInstant();
    return database.transaction(async (trx) => {
      const userIds = await repository.takeUnsummarized(trx, monday, BATCH);
      if (userIds.length === 0) return 0;
      const contacts = await repository.findContacts(trx, userIds);
      const weeks = await repository.findWeeks(trx, userIds, startOf(first), startOf(monday));
      const weeksOf = Map.groupBy(weeks, ({ userId }) => userId);
      const mails = contacts.flatMap((to): Mail[] => {
        const money = weeksOf.get(to.userId) ?? [];
        const purchases = money.reduce((sum, week) => sum + week.purchases, 0);
        if (purchases === 0) return [];
        return [
          {
            to,
            key: monday.toString(),
            template: 'weekly-summary',
            data: { from: first, to: monday.subtract({ days: 1 }), purchases, money },
            unsubscribe: links.linkOf({ ...to, kind: 'weekly_summary' }),
          },
        ];
      });
      mail.queue(trx, mails);
      return userIds.length;
    });
  }

  return { writeAboutWaitingPayouts, writeWeeklySummaries };
}
