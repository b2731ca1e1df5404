import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { startTestPlatform } from './support/platform.ts';

const { server } = (await startTestPlatform()).platform;

describe('the pages behind the links in mails', () => {
  for (const [path, fields] of [
    ['/verify-email', {}],
    ['/reset-password', { new_password: 'Str0ng!Pass' }],
  ] as const) {
    for (const [accepted, lang] of [
      [undefined, 'en'],
      ['en-GB, de;q=0.5', 'en'],
      ['de-AT, en;q=0.8', 'de'],
      ['da', 'en'],
    ] as const) {
      test(`${path} is in ${lang} for Accept-Language: ${accepted}, and allows its own script alone`, async () => {
        const { statusCode, headers, body } = await server.inject({
          url: path,
          headers: accepted === undefined ? {} : { 'accept-language': accepted },
        });

        assert.equal(statusCode, 200);
        assert.equal(headers['content-type'], 'text/html; charset=utf-8');
        assert.match(body, new RegExp(`<html lang="${lang}">`));
        const [, script = ''] = /<script>([\s\S]*)<\/script>/.exec(body) ?? [];
        const hash = createHash('sha256').update(script).digest('base64');
        const policy = String(headers['content-security-policy']);
        assert.ok(policy.startsWith("default-src 'none'; "), policy);
        assert.ok(policy.includes(`script-src 'sha256-${hash}'; connect-src 'self'; `), policy);
      });
    }

    test(`${path} sends the token to an operation that exists, and has words for each outcome`, async () => {
      const { body } = await server.inject({ url: path });
      const [, operation = ''] = /data-operation="([^"]*)"/.exec(body) ?? [];
      const [, outcomes = ''] = /data-outcomes='([^']*)'/.exec(body) ?? [];

      const payload = { token: 'x'.repeat(43), ...fields };
      const refused = await server.inject({ method: 'POST', url: operation, payload });

      assert.match(refused.json().error.code, /^INVALID_.*_TOKEN$/);
      for (const outcome of ['done', 'invalid', 'failed'])
        assert.ok(JSON.parse(outcomes)[outcome].length > 10, outcome);
    });
  }
});
