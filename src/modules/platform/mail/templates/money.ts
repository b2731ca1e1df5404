import { facts, paragraph } from './blocks.ts';
import type { Templates } from './template.ts';

const further = {
  en: (count: number) => `and ${count} more`,
  de: (count: number) => `und ${count} weitere`,
};

/** What happens to a user's money. */
export const moneyTemplates: Templates<
  | 'cashback-recorded'
  | 'cashback-available'
  | 'payout-requested'
  | 'payout-completed'
  | 'payout-failed'
  | 'payout-returned'
  | 'weekly-summary'
> = {
  'cashback-recorded': {
    en: ({ rewards }, formats) => ({
      subject: `Cashback recorded: ${formats.sums(rewards)}`,
      blocks: [
        paragraph(
          'We have recorded cashback for you. It becomes available once the shop confirms the purchase.',
        ),
        formats.rewards(rewards, further.en),
      ],
    }),
    de: ({ rewards }, formats) => ({
      subject: `Cashback vorgemerkt: ${formats.sums(rewards)}`,
      blocks: [
        paragraph(
          'Wir haben Cashback für Sie vorgemerkt. Es wird verfügbar, sobald der Shop den Einkauf bestätigt.',
        ),
        formats.rewards(rewards, further.de),
      ],
    }),
  },

  'cashback-available': {
    en: ({ rewards }, formats) => ({
      subject: `Cashback available: ${formats.sums(rewards)}`,
      blocks: [
        paragraph('Good news: this cashback is now available in your wallet, and you can have it paid out.'),
        formats.rewards(rewards, further.en),
      ],
    }),
    de: ({ rewards }, formats) => ({
      subject: `Cashback verfügbar: ${formats.sums(rewards)}`,
      blocks: [
        paragraph(
          'Gute Nachrichten: Dieses Cashback ist jetzt in Ihrem Wallet verfügbar, und Sie können es sich auszahlen lassen.',
        ),
        formats.rewards(rewards, further.de),
      ],
    }),
  },

  'payout-requested': {
    en: ({ amount }, { money }) => ({
      subject: `Payout requested: ${money(amount)}`,
      blocks: [
        paragraph(`We have received your request for a payout of ${money(amount)}.`),
        paragraph(
          'You get another mail when it has been paid. If you did not request it, set a new password at once and contact our support.',
        ),
      ],
    }),
    de: ({ amount }, { money }) => ({
      subject: `Auszahlung angefordert: ${money(amount)}`,
      blocks: [
        paragraph(`Wir haben Ihre Anforderung einer Auszahlung über ${money(amount)} erhalten.`),
        paragraph(
          'Sobald sie ausgezahlt ist, erhalten Sie eine weitere E-Mail. Wenn Sie die Auszahlung nicht angefordert haben, setzen Sie sofort ein neues Passwort und wenden Sie sich an unseren Support.',
        ),
      ],
    }),
  },

  'payout-completed': {
    en: ({ amount, reference }, { money }) => ({
      subject: `Payout sent: ${money(amount)}`,
      blocks: [
        paragraph(
          `We have sent ${money(amount)} to your bank account. Depending on your bank it arrives within a few days.`,
        ),
        ...(reference === null ? [] : [facts([['Reference', reference]])]),
      ],
    }),
    de: ({ amount, reference }, { money }) => ({
      subject: `Auszahlung gesendet: ${money(amount)}`,
      blocks: [
        paragraph(
          `Wir haben ${money(amount)} auf Ihr Bankkonto überwiesen. Je nach Bank kommt der Betrag in den nächsten Tagen an.`,
        ),
        ...(reference === null ? [] : [facts([['Referenz', reference]])]),
      ],
    }),
  },

  'payout-failed': {
    en: ({ amount, reason }, { money }) => ({
      subject: `Payout failed: ${money(amount)}`,
      blocks: [
        paragraph(`Your payout of ${money(amount)} could not be made. The money is back in your wallet.`),
        ...(reason === null ? [] : [facts([['Reason', reason]])]),
        paragraph('Please check your bank details and request the payout again.'),
      ],
    }),
    de: ({ amount, reason }, { money }) => ({
      subject: `Auszahlung fehlgeschlagen: ${money(amount)}`,
      blocks: [
        paragraph(
          `Ihre Auszahlung über ${money(amount)} konnte nicht ausgeführt werden. Das Geld ist wieder in Ihrem Wallet.`,
        ),
        ...(reason === null ? [] : [facts([['Grund', reason]])]),
        paragraph('Bitte prüfen Sie Ihre Bankverbindung und fordern Sie die Auszahlung erneut an.'),
      ],
    }),
  },

  'payout-returned': {
    en: ({ amount, reason }, { money }) => ({
      subject: `Payout returned by the bank: ${money(amount)}`,
      blocks: [
        paragraph(
          `The bank has sent your payout of ${money(amount)} back to us. The money is back in your wallet.`,
        ),
        ...(reason === null ? [] : [facts([['Reason', reason]])]),
        paragraph('Please check your bank details and request the payout again.'),
      ],
    }),
    de: ({ amount, reason }, { money }) => ({
      subject: `Auszahlung von der Bank zurückgegeben: ${money(amount)}`,
      blocks: [
        paragraph(
          `Die Bank hat Ihre Auszahlung über ${money(amount)} an uns zurückgegeben. Das Geld ist wieder in Ihrem Wallet.`,
        ),
        ...(reason === null ? [] : [facts([['Grund', reason]])]),
        paragraph('Bitte prüfen Sie Ihre Bankverbindung und fordern Sie die Auszahlung erneut an.'),
      ],
    }),
  },

  'weekly-summary': {
    en: ({ from, to, purchases, money: currencies }, { date, money }) => ({
      subject: 'Your cashback this week',
      blocks: [
        paragraph(
          `From ${date(from)} to ${date(to)} we recorded ${count(purchases, 'purchase', 'purchases')} of yours.`,
        ),
        ...currencies.map(({ earned, pending, available }) =>
          facts([
            ['Cashback of the week', money(earned)],
            ['Pending', money(pending)],
            ['Available', money(available)],
          ]),
        ),
      ],
    }),
    de: ({ from, to, purchases, money: currencies }, { date, money }) => ({
      subject: 'Ihr Cashback der Woche',
      blocks: [
        paragraph(
          `Vom ${date(from)} bis zum ${date(to)} haben wir ${count(purchases, 'Einkauf', 'Einkäufe')} von Ihnen erfasst.`,
        ),
        ...currencies.map(({ earned, pending, available }) =>
          facts([
            ['Cashback der Woche', money(earned)],
            ['Vorgemerkt', money(pending)],
            ['Verfügbar', money(available)],
          ]),
        ),
      ],
    }),
  },
};

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
