import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { operationsOf, readOpenApi } from '../support/contract-openapi.ts';
import { startTestPlatform } from '../support/platform.ts';

const platform = await startTestPlatform();
const openApi = await readOpenApi(platform);
const operations = operationsOf(openApi);

/** What any operation may answer, and so must describe. */
const ALWAYS = ['500', '503'];

/** The operations whose callers are counted. */
const THROTTLED = ['POST /auth/login', 'POST /users'];

test('the description is OpenAPI 3.1 with a bearer scheme, and is also shown at /docs', async () => {
  assert.match(openApi.openapi, /^3\.1\.\d$/);
  assert.deepEqual(openApi.components.securitySchemes, {
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  });
  assert.ok(operations.length >= 28);
  const docs = await platform.platform.server.inject('/docs/');
  assert.equal(docs.statusCode, 200);
  assert.match(docs.body, /<html/i);
});

test('no two operations are summed up in the same words', () => {
  const summaries = operations
    .filter(({ name }) => name !== 'PATCH /purchases/{id}/reverse')
    .map(({ description }) => description.summary);
  assert.equal(new Set(summaries).size, summaries.length);
});

for (const { name, path, description } of operations) {
  const { responses, security, tags = [], summary = '', requestBody, parameters = [] } = description;
  const statuses = Object.keys(responses);

  describe(name, () => {
    test('has a summary, a described tag, its security and one success', () => {
      assert.match(summary, /^[A-Z].{4,}[^.]$/);
      assert.equal(tags.length, 1);
      assert.ok(openApi.tags.some((tag) => tag.name === tags[0]));
      assert.ok(Array.isArray(security));
      assert.equal(statuses.filter((status) => status.startsWith('2')).length, 1);
    });

    test('describes every error that it may answer', () => {
      const input = requestBody !== undefined || parameters.length > 0;
      const needed = [
        ...ALWAYS,
        ...(security?.length === 0 ? [] : ['401']),
        ...(input ? ['422'] : []),
        ...(requestBody === undefined ? [] : ['413', '415']),
        ...(path.includes('{id}') ? ['404'] : []),
      ];
      assert.deepEqual(
        needed.filter((status) => !statuses.includes(status)),
        [],
      );
      assert.equal(statuses.includes('429'), THROTTLED.includes(name));
    });

    for (const status of statuses.filter((candidate) => Number(candidate) >= 400)) {
      test(`shows each error of ${status} by an example in the envelope`, () => {
        const { content, description: text = '' } = responses[status] ?? {};
        const examples = Object.entries(content?.['application/json']?.examples ?? {});
        assert.ok(examples.length > 0);
        for (const [code, { value }] of examples) {
          const { error } = value as { error: { code: string; message: string; details: object } };
          assert.deepEqual(Object.keys(error), ['code', 'message', 'details']);
          assert.match(error.code, /^[A-Z][A-Z_]+$/);
          assert.equal(error.code, code);
          assert.ok(error.message.endsWith('.'));
          assert.ok(text.includes(`\`${code}\``));
        }
      });
    }

    test('refuses fields that its body does not know, where that is an object', () => {
      const schema = requestBody?.content['application/json']?.schema;
      if (schema?.type === 'object') assert.equal(schema.additionalProperties, false);
    });
  });
}
