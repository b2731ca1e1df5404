import { facts, paragraph } from './blocks.ts';
import type { Templates } from './template.ts';

const REASONS = {
  gone: {
    en: 'Its receiver answered 410 Gone.',
    de: 'Der Empfänger hat mit 410 Gone geantwortet.',
  },
  failing: {
    en: 'Its deliveries have failed for five days.',
    de: 'Die Zustellungen sind seit fünf Tagen fehlgeschlagen.',
  },
} as const;

/** What administrators should know. */
export const staffTemplates: Templates<'webhook-disabled' | 'books-differ' | 'payouts-waiting'> = {
  'webhook-disabled': {
    en: ({ host, at, reason }, { instant }) => ({
      subject: 'A webhook was disabled',
      blocks: [
        paragraph(`A webhook was disabled. ${REASONS[reason].en}`),
        facts([
          ['Host', host],
          ['Time', instant(at)],
        ]),
        paragraph('Enable it again when its receiver works, and replay the events since then.'),
      ],
    }),
    de: ({ host, at, reason }, { instant }) => ({
      subject: 'Ein Webhook wurde abgeschaltet',
      blocks: [
        paragraph(`Ein Webhook wurde abgeschaltet. ${REASONS[reason].de}`),
        facts([
          ['Host', host],
          ['Zeitpunkt', instant(at)],
        ]),
        paragraph(
          'Schalten Sie ihn wieder ein, sobald der Empfänger funktioniert, und spielen Sie die Ereignisse seither erneut ab.',
        ),
      ],
    }),
  },

  'books-differ': {
    en: ({ at, faults }, { instant }) => ({
      subject: 'The books differ',
      blocks: [
        paragraph(
          'The check of the books found a difference. Stop payouts, and run "npm run ledger-verify" for the details.',
        ),
        facts([
          ['Differences', String(faults)],
          ['Time of the check', instant(at)],
        ]),
      ],
    }),
    de: ({ at, faults }, { instant }) => ({
      subject: 'Die Bücher stimmen nicht überein',
      blocks: [
        paragraph(
          'Die Prüfung der Bücher hat eine Abweichung gefunden. Halten Sie Auszahlungen an und führen Sie „npm run ledger-verify“ aus, um die Einzelheiten zu sehen.',
        ),
        facts([
          ['Abweichungen', String(faults)],
          ['Zeitpunkt der Prüfung', instant(at)],
        ]),
      ],
    }),
  },

  'payouts-waiting': {
    en: ({ oldestRequestedAt, waiting }, { instant, money }) => ({
      subject: 'Payouts are waiting',
      blocks: [
        paragraph(`Payouts are waiting to be processed, the oldest since ${instant(oldestRequestedAt)}.`),
        facts(waiting.map(({ count, total }) => [`${count} × ${total.currency}`, money(total)] as const)),
      ],
    }),
    de: ({ oldestRequestedAt, waiting }, { instant, money }) => ({
      subject: 'Auszahlungen warten auf Bearbeitung',
      blocks: [
        paragraph(`Auszahlungen warten auf Bearbeitung, die älteste seit dem ${instant(oldestRequestedAt)}.`),
        facts(waiting.map(({ count, total }) => [`${count} × ${total.currency}`, money(total)] as const)),
      ],
    }),
  },
};
