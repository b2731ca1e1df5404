import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appInfoRoutes } from '../../../../src/modules/platform/app-info/routes.ts';
import type { AppInfo } from '../../../../src/modules/platform/app-info/schemas.ts';
import { assertViolations, serveRoutes } from '../../../support/routes.ts';

const info: AppInfo = {
  name: 'Shop & Save',
  version: '1.2.3',
  supportEmail: undefined,
  sendsMail: true,
  currencies: ['EUR', 'JPY', 'KWD'],
  demoLogins: [{ email: 'alice@example.com', password: 'Str0ng!Pass', client: 'wallet' }],
};
const api = await serveRoutes(appInfoRoutes(info));

test('GET /app-info needs no token, and describes the programme', async () => {
  const answer = await api('GET', '/app-info');
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body, {
    name: 'Shop & Save',
    version: '1.2.3',
    support_email: null,
    registration: true,
    sends_mail: true,
    currencies: [
      { code: 'EUR', minor_digits: 2 },
      { code: 'JPY', minor_digits: 0 },
      { code: 'KWD', minor_digits: 3 },
    ],
    demo_logins: [{ email: 'alice@example.com', password: 'Str0ng!Pass', client: 'wallet' }],
  });
});

test('GET /app-info refuses a query', async () => {
  assertViolations(await api('GET', '/app-info?lang=de'), ['lang']);
});
