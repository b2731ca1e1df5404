import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { devMailRoutes } from '../../../../src/modules/platform/mail/dev-routes.ts';
import { mailFolder } from '../../../../src/modules/platform/mail/folder.ts';
import { letterOf } from '../../../../src/modules/platform/mail/templates/index.ts';
import { assertRefused } from '../../../support/inject.ts';
import { aMail } from '../../../support/mail-builders.ts';
import { serveRoutes } from '../../../support/routes.ts';

const directory = await mkdtemp(join(tmpdir(), 'clicknback-mail-'));
after(() => rm(directory, { recursive: true }));
const folder = mailFolder(join(directory, 'mail'));
const api = await serveRoutes(devMailRoutes(folder));

async function write(fields: Parameters<typeof aMail>[0]): Promise<string> {
  const id = newId();
  const letter = letterOf(aMail(fields), { product: 'ClickNBack', subjectPrefix: '' });
  await folder.transport.deliver({ id, template: 'reset-password', letter }, new AbortController().signal);
  return id;
}

describe('the mails of a development platform', () => {
  test('are none at first', async () => {
    const { status, body } = await api('GET', '/dev/mail');
    assert.equal(status, 200);
    assert.match(body, /No mail was written yet/);
  });

  test('are listed, the newest first', async () => {
    const ids = [
      await write({ email: 'first@example.com' }),
      await write({ email: '<b>@example.com', locale: 'de' }),
    ];
    const { body } = await api('GET', '/dev/mail');
    const links = [...body.matchAll(/<a href="\/dev\/mail\/([\da-f-]{36})">/g)].map(([, id]) => id);
    assert.deepEqual(links, ids.toReversed());
    assert.ok(body.includes('first@example.com') && body.includes('&lt;b&gt;@example.com'));
    assert.ok(body.includes('Neues Passwort festlegen'));
  });

  test('are shown as text with links, beside a frame with their HTML', async () => {
    const id = await write({ link: 'https://shop.example/reset#token="a"&b' });
    const { body } = await api('GET', `/dev/mail/${id}`);
    const link = 'https://shop.example/reset#token=&quot;a&quot;&amp;b';
    assert.ok(body.includes(`<a href="${link}">${link}</a>`));
    assert.match(body, new RegExp(`<iframe src="/dev/mail/${id}/html" title=".+" sandbox="allow-popups `));

    const { body: html, headers } = await api('GET', `/dev/mail/${id}/html`);
    assert.ok(html.includes('<base target="_blank">') && html.includes(`href="${link}"`));
    assert.match(String(headers['content-security-policy']), /^sandbox allow-popups.*default-src 'none'/);
  });

  test('are found by their id alone', async () => {
    assertRefused(await api('GET', `/dev/mail/${newId()}`), 404, 'NOT_FOUND');
    assert.equal((await api('GET', '/dev/mail/..%2F..%2Fpackage')).status, 422);
  });
});
