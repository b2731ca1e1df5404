import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { runSql } from '../support/database.ts';
import { PASSWORD } from '../support/platform.ts';
import { startApps, THEMES, WIDTHS } from './support/apps.ts';
import { SKIPPED } from './support/browser.ts';
import { inspect } from './support/inspect.ts';

const { open, admin, database, registerUser, registerStaff, createMerchant } = await startApps();

describe('the doors of the apps', { skip: SKIPPED }, () => {
  before(() => createMerchant({ name: 'Corner Books' }));

  for (const theme of THEMES)
    for (const width of WIDTHS)
      test(`the login shows well, ${theme}, ${width} px`, async () => {
        const { page, complaints, context } = await open('/console/login', { theme, width });
        await page.getByRole('button', { name: 'Log in' }).waitFor();
        await inspect(page, `login-${theme}-${width}`);
        assert.deepEqual(complaints, []);
        await context.close();
      });

  test('a login leads back to the page that asked for it, and a reload stays in', async () => {
    const { page, complaints, context } = await open('/console/merchants?active=true');
    await page.getByLabel('Email address').fill(admin.email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('link', { name: 'Corner Books' }).waitFor();
    assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, '/console/merchants?active=true');
    await page.reload();
    await page.getByRole('link', { name: 'Corner Books' }).waitFor();
    assert.deepEqual(complaints, []);
    const stored = await page.evaluate(() =>
      JSON.stringify({ ...localStorage, ...sessionStorage, cookie: document.cookie }),
    );
    assert.doesNotMatch(stored, /eyJ|cnb_/);
    await context.close();
  });

  test('a wrong password is said beside the form', async () => {
    const { page, context } = await open('/login');
    await page.getByLabel('Email address').fill(admin.email);
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('The email address or the password is wrong.').waitFor();
    await context.close();
  });

  test('a shopper does not enter the console', async () => {
    const shopper = await registerUser();
    const { page, context } = await open('/console');
    await page.getByLabel('Email address').fill(shopper.email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('The console is for staff.').waitFor();
    await context.close();
  });

  test('two tabs that open at once stay one session', async () => {
    const person = await registerStaff('support');
    const { page, context } = await open('/console/merchants', { person });
    const other = await context.newPage();
    await Promise.all([page.reload(), other.goto(page.url())]);
    for (const tab of [page, other]) await tab.getByRole('link', { name: 'Corner Books' }).waitFor();
    const sessions = await runSql(
      database.url,
      `select revoked_at from sessions where app = 'console' and user_id = '${person.id}'`,
    );
    assert.deepEqual(sessions, [{ revoked_at: null }]);
    await context.close();
  });

  test('a logout ends the session in all tabs', async () => {
    const { page, context } = await open('/console/merchants', { person: admin });
    const other = await context.newPage();
    await other.goto(page.url());
    await other.getByRole('link', { name: 'Corner Books' }).waitFor();
    await page.getByRole('button', { name: admin.email }).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    for (const tab of [page, other]) await tab.getByRole('button', { name: 'Log in' }).waitFor();
    await context.close();
  });

  test('keys alone find a merchant, walk through a list and open a row', async () => {
    const { page, complaints, context } = await open('/console/merchants', { person: admin });
    await page.getByRole('link', { name: 'Corner Books' }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Corner Books' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('m');
    await page.getByRole('heading', { level: 1, name: 'Merchants' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('corner');
    await page.getByRole('option', { name: /Corner Books/ }).waitFor();
    await inspect(page, 'search');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Corner Books' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await inspect(page, 'keys');
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('a search without a result leads to the refusals', async () => {
    const { page, context } = await open('/console/merchants', { person: admin });
    await page.getByRole('combobox', { name: /Search/ }).fill('no-such-order');
    await page.getByRole('link', { name: 'Look among refusals' }).click();
    await page.waitForURL(/\/console\/refusals\?external_id=no-such-order/);
    await context.close();
  });
});
