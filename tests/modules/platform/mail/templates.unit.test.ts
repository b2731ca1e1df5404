import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type {
  Locale,
  Mail,
  MailContents,
  TemplateName,
} from '../../../../src/modules/platform/mail/model.ts';
import { letterOf } from '../../../../src/modules/platform/mail/templates/index.ts';

const AT = Temporal.Instant.from('2026-03-05T09:07:00Z');
const EUR = (minor: bigint) => ({ minor, currency: 'EUR' });
const REWARDS = [
  { merchantName: 'Blue <b>Bike</b> & Co', cashback: EUR(123_456n) },
  { merchantName: 'Books', cashback: EUR(5n) },
];
const LINK = 'https://shop.example/reset-password#token=a&b="c"';

const DATA: MailContents = {
  'verify-email': { link: LINK, expiresAt: AT },
  'reset-password': { link: LINK, expiresAt: AT },
  'password-changed': { at: AT },
  'email-changed': { at: AT, newEmail: 'mallory@example.org' },
  'second-factor-changed': { at: AT, change: 'removed' },
  'new-device-login': { at: AT, device: 'Firefox <on> Windows', address: '203.0.113.x' },
  'cashback-recorded': { rewards: REWARDS },
  'cashback-available': { rewards: REWARDS },
  'payout-requested': { amount: EUR(1_050n) },
  'payout-completed': { amount: EUR(1_050n), reference: 'SEPA-1' },
  'payout-failed': { amount: EUR(1_050n), reason: '<script>alert(1)</script>' },
  'payout-returned': { amount: EUR(1_050n), reason: null },
  'weekly-summary': {
    from: Temporal.PlainDate.from('2026-03-02'),
    to: Temporal.PlainDate.from('2026-03-08'),
    purchases: 1,
    money: [{ earned: EUR(100n), pending: EUR(200n), available: EUR(300n) }],
  },
  'webhook-disabled': { host: 'partner.example', at: AT, reason: 'failing' },
  'books-differ': { at: AT, faults: 2 },
  'payouts-waiting': { oldestRequestedAt: AT, waiting: [{ count: 3, total: EUR(99_999n) }] },
};

function write<Name extends TemplateName>(
  template: Name,
  locale: Locale,
  data: MailContents[Name] = DATA[template],
  sender = { product: 'Shop & Save', subjectPrefix: '' },
) {
  const to = { userId: null, email: 'alice@example.com', locale };
  return letterOf({ to, key: 'cause', template, data } as unknown as Mail, sender);
}

const NAMES = Object.keys(DATA) as TemplateName[];

describe('each template', () => {
  for (const name of NAMES) {
    for (const locale of ['en', 'de'] as const) {
      test(`${name} is written in ${locale}, as text and HTML of one content`, () => {
        const { to, subject, text, html } = write(name, locale);
        assert.equal(to, 'alice@example.com');
        assert.match(subject, /^[^\p{Cc}]{5,80}$/u);
        assert.ok(html.startsWith(`<!doctype html>\n<html lang="${locale}">`));
        assert.ok(html.includes('<h1>') && html.includes('Shop &amp; Save'));
        assert.doesNotMatch(`${text}${html}`, /undefined|\[object|NaN|null/);
        // Nothing is loaded, so nothing is missing and no open is tracked.
        assert.doesNotMatch(html, /<img|src=|url\(|<script|<b>|<on>/);
        // HTML says no more than the text: each sentence stands in both.
        const plain = oneSpaced(unescaped(html.replaceAll(/<style>[\s\S]*?<\/style>|<[^>]+>/g, ' ')));
        const words = text.replaceAll(/^-- $/gm, '').split(/\n|: /);
        for (const part of words) assert.ok(plain.includes(oneSpaced(part).replace(/:$/, '')), part);
      });
    }

    test(`${name} differs between the languages`, () => {
      assert.notEqual(write(name, 'en').subject, write(name, 'de').subject);
    });
  }
});

function oneSpaced(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function unescaped(html: string): string {
  const plain: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return html.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => plain[name] ?? '');
}

describe('a mail', () => {
  test('shows amounts and dates as its language writes them, to the cent', () => {
    assert.equal(write('cashback-available', 'en').subject, 'Cashback available: €1,234.61');
    assert.equal(write('cashback-available', 'de').subject, 'Cashback verfügbar: 1.234,61\u00a0€');
    assert.match(write('password-changed', 'en').text, /on March 5, 2026 at 9:07\sAM UTC\./u);
    assert.match(write('password-changed', 'de').text, /am 5\. März 2026 um 09:07 UTC geändert\./);
    // More digits than a floating-point number has.
    const amount = { minor: 12_345_678_901_234_567n, currency: 'KWD' };
    assert.match(write('payout-requested', 'en', { amount }).subject, /12,345,678,901,234\.567$/);
    assert.match(
      write('payout-requested', 'de', { amount: { minor: 1_500n, currency: 'JPY' } }).subject,
      /1\.500\s¥$/,
    );
  });

  test('escapes what others have written, and keeps it readable as text', () => {
    const { html, text } = write('cashback-available', 'en');
    assert.ok(html.includes('Blue &lt;b&gt;Bike&lt;/b&gt; &amp; Co'));
    assert.ok(text.includes('Blue <b>Bike</b> & Co: €1,234.56'));
    assert.ok(
      write('reset-password', 'en').html.includes(
        'href="https://shop.example/reset-password#token=a&amp;b=&quot;c&quot;"',
      ),
    );
    assert.ok(write('reset-password', 'en').text.includes(`\n${LINK}\n`));
  });

  test('has no line break of others in its subject, nor a line of others in its text', () => {
    const evil = 'Shop\r\nBcc: eve@example.com\u2028\u0000';
    const { text } = write('cashback-recorded', 'en', {
      rewards: [{ merchantName: evil, cashback: EUR(1n) }],
    });
    assert.ok(text.includes('Shop Bcc: eve@example.com: €0.01'));
    const sender = { product: evil, subjectPrefix: '[Test]\r\nX: y' };
    assert.equal(write('books-differ', 'en', undefined, sender).subject, '[Test] X: y The books differ');
  });

  test('names each of some purchases, and sums up the rest of many', () => {
    const rewards = Array.from({ length: 50 }, (_, index) => ({
      merchantName: `Shop ${index}`,
      cashback: EUR(10n),
    }));
    const { text, subject } = write('cashback-available', 'de', { rewards });
    assert.match(subject, /5,00\s€$/);
    assert.ok(text.includes('Shop 24:') && !text.includes('Shop 25:'));
    assert.match(text, /und 25 weitere: 2,50\s€/);
  });

  test('shows only the end of the address that took the place of the recipient’s', () => {
    const { text, html } = write('email-changed', 'en');
    assert.ok(text.includes('m…@example.org') && !`${text}${html}`.includes('mallory'));
  });
});
