import { describe, test } from 'node:test';
import { keepBooks } from '../../../support/altered-books.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { assertReportsAreTrue } from '../../../support/report-truth.ts';

const platform = await startTestPlatform();

describe('the reports equal plain SQL over the tables', () => {
  test('for books with something of everything', async () => {
    await keepBooks(platform);
    await assertReportsAreTrue(platform);
  });
});
