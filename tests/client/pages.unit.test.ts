import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createClient } from '../../packages/client/src/index.ts';
import { scriptedFetch } from '../support/scripted-fetch.ts';

const url = 'http://platform.test';

function page(names: readonly string[], pagination: object) {
  return { body: { data: names.map((name) => ({ name })), pagination } };
}

async function namesIn(items: AsyncIterable<{ name: string }>): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of items) names.push(name);
  return names;
}

describe('a list', () => {
  test('is read to its end by offset, with its filters, in pages of 100', async () => {
    const { fetch, sent } = scriptedFetch(
      page(['a', 'b'], { offset: 0, limit: 100, total: 3 }),
      page(['c'], { offset: 2, limit: 100, total: 3 }),
    );
    const items = createClient({ url, fetch }).list('/merchants', { params: { query: { active: true } } });

    assert.deepEqual(await namesIn(items), ['a', 'b', 'c']);
    assert.deepEqual(
      sent.map(({ url }) => url.search),
      ['?limit=100&active=true', '?limit=100&active=true&offset=2'],
    );
  });

  test('is read by cursor where it has one', async () => {
    const { fetch, sent } = scriptedFetch(
      page(['a'], { offset: 0, limit: 1, total: 2, next_cursor: 'abc' }),
      page(['b'], { offset: 0, limit: 1, total: 2, next_cursor: null }),
    );
    const items = createClient({ url, fetch }).list('/purchases', { params: { query: { limit: 1 } } });

    assert.deepEqual(await namesIn(items as AsyncIterable<never>), ['a', 'b']);
    assert.deepEqual(
      sent.map(({ url }) => url.search),
      ['?limit=1', '?limit=1&cursor=abc'],
    );
  });

  test('of events is read to its present end, also past a page without one', async () => {
    const { fetch, sent } = scriptedFetch(
      { body: { data: [], cursor: 'a', has_more: true } },
      { body: { data: [{ name: 'x' }], cursor: 'b', has_more: false } },
    );
    const items = createClient({ url, fetch }).list('/events', {
      params: { query: { type: ['purchase.*'] } },
    });

    assert.deepEqual(await namesIn(items as unknown as AsyncIterable<{ name: string }>), ['x']);
    assert.deepEqual(
      sent.map(({ url }) => url.searchParams.get('cursor')),
      [null, 'a'],
    );
  });

  test('reads no page that is not needed, and none after its signal', async () => {
    const first = page(['a', 'b'], { offset: 0, limit: 2, total: 4 });
    const { fetch, sent } = scriptedFetch(first, first);
    const client = createClient({ url, fetch });
    for await (const _ of client.list('/merchants')) break;
    assert.equal(sent.length, 1);

    const abort = new AbortController();
    const items = client.list('/merchants', { signal: abort.signal });
    await items.next();
    abort.abort();
    await items.next();
    await assert.rejects(items.next(), { name: 'AbortError' });
  });
});
