/*
 * Measures pages of the large lists over HTTP, one request at a time: the first page repeatedly, deep pages by cursor, and
 * pages by offset. It needs a running platform with the data of `npm run seed-large`, and prints the table of
 * docs/lists.md.
 */
import { parseArgs } from 'node:util';

const { url, requests } = parseArgs({
  options: {
    url: { type: 'string', default: `http://localhost:${process.env.PORT ?? 8000}` },
    requests: { type: 'string', default: '200' },
  },
}).values;
const REQUESTS = Number(requests);
const PASSWORD = 'Str0ng!Pass';
const OFFSET = 10_000;

type Page = {
  readonly data: readonly { readonly id: string }[];
  readonly pagination: {
    readonly total: number;
    readonly total_is_estimate?: true;
    readonly next_cursor: string | null;
  };
};

const admin = await login('carol@clicknback.com');
const alice = await login('alice@clicknback.com');
const ask = asker(admin);

const { id: adminId } = await get<{ id: string }>('/users/me', admin);
const { id: hotId } = await get<{ id: string }>('/users/me', alice);
const [, , usual] = (await ask('/users?limit=3')).data;
// Older merchants sell more.
const latest = await ask('/merchants?limit=1');
const smallest = latest.data[0]?.id;
const biggest = (await ask(`/merchants?limit=1&offset=${latest.pagination.total - 1}`)).data[0]?.id;
const nobody = '01936f2e-8c1b-7c3a-9d55-000000000000';
const today = Temporal.Now.plainDateISO('UTC');
const lastYear = today.subtract({ years: 1 }).toString();
const twoYearsAgo = today.subtract({ years: 2 }).toString();
/** After two thirds of all items. A cursor works in each list of the same items. */
const deepCursors: Readonly<Record<string, string | null>> = {
  purchases: (await ask(`/purchases?limit=1&end_date=${twoYearsAgo}`)).pagination.next_cursor,
  'audit-logs': (await ask(`/audit-logs?limit=1&to=${twoYearsAgo}T00:00:00Z`)).pagination.next_cursor,
};
const [purchase] = (await ask(`/purchases?status=reversed&limit=1`)).data;

const LISTS: readonly (readonly [string, string])[] = [
  ['/purchases', ''],
  ['/purchases', 'status=pending'],
  ['/purchases', 'status=confirmed'],
  ['/purchases', 'status=reversed'],
  ['/purchases', `user_id=${hotId}`],
  ['/purchases', `user_id=${hotId}&status=reversed`],
  ['/purchases', `user_id=${usual?.id}`],
  ['/purchases', `user_id=${nobody}`],
  ['/purchases', `merchant_id=${biggest}`],
  ['/purchases', `merchant_id=${biggest}&status=pending`],
  ['/purchases', `merchant_id=${smallest}`],
  ['/purchases', `user_id=${hotId}&merchant_id=${biggest}`],
  ['/purchases', `user_id=${hotId}&merchant_id=${smallest}&status=reversed`],
  ['/purchases', `start_date=${lastYear}&end_date=${lastYear}`],
  ['/purchases', `end_date=${lastYear}`],
  ['/purchases', `status=confirmed&start_date=${today.subtract({ days: 5 })}`],
  ['/purchases', `merchant_id=${biggest}&end_date=${lastYear}`],
  ['/purchases', `start_date=${today.add({ days: 1 })}`],
  ['/users/me/purchases', ''],
  ['/users/me/purchases', 'status=confirmed'],
  ['/users/me/wallet/transactions', ''],
  ['/audit-logs', ''],
  ['/audit-logs', 'actor_type=user'],
  ['/audit-logs', 'actor_type=partner'],
  ['/audit-logs', `actor_id=${adminId}`],
  ['/audit-logs', `actor_id=${hotId}`],
  ['/audit-logs', `actor_id=${hotId}&action=purchase.reversed`],
  ['/audit-logs', 'action=purchase.recorded'],
  ['/audit-logs', 'action=user.registered'],
  ['/audit-logs', 'action=payout.never_made'],
  ['/audit-logs', 'resource_type=purchase'],
  ['/audit-logs', 'resource_type=user'],
  ['/audit-logs', `resource_type=purchase&resource_id=${purchase?.id}`],
  ['/audit-logs', 'outcome=failure'],
  ['/audit-logs', 'outcome=success'],
  ['/audit-logs', 'request_id=unknown'],
  ['/audit-logs', `to=${lastYear}T00:00:00Z`],
  ['/audit-logs', `action=purchase.confirmed&to=${lastYear}T00:00:00Z`],
  ['/payouts', ''],
  ['/payouts', 'status=completed'],
  ['/payouts', 'status=requested'],
  ['/payouts', `user_id=${hotId}`],
  ['/users/me/payouts', ''],
  ['/users', ''],
  ['/users', 'email=shopper-77'],
  ['/users', 'email=example'],
  ['/users', 'email=nobody-of-this-name'],
  ['/users', 'role=admin'],
  ['/users', 'status=inactive'],
  ['/purchases', 'status=pending&status=reversed'],
  ['/purchases', `user_id=${hotId}&user_id=${usual?.id}`],
  ['/purchases', 'external_id=large-77777'],
  ['/purchases', 'order_id=never-reported'],
  ['/purchases', 'source=admin'],
  ['/purchases', 'source=shopper'],
  ['/purchases', `partner_id=${nobody}`],
  ['/purchases', 'order=oldest'],
  ['/purchases', 'status=pending&order=oldest'],
  ['/purchases', 'held=true&order=oldest'],
  ['/purchases', 'overdue=true'],
  ['/purchases', 'overdue=true&order=oldest'],
  ['/purchases', `overdue=true&merchant_id=${biggest}`],
  ['/purchases', `overdue=true&user_id=${hotId}`],
  ['/payouts', 'status=requested&order=oldest'],
  ['/purchase-holds', 'status=open&order=oldest'],
  ['/users/me/wallet/transactions', `from=${lastYear}T00:00:00Z&to=${lastYear}T23:59:59Z`],
  ['/payouts', 'external_reference=never-paid'],
  ['/refusals', ''],
  ['/refusals', 'external_id=never-reported'],
  ['/refusals', `partner_id=${nobody}`],
  ['/payouts', `from=${lastYear}T00:00:00Z&to=${lastYear}T23:59:59Z`],
];

/** Milliseconds that 99 of 100 requests must stay within. */
const MOST_MS = { search: 50, timeline: 20, report: 300 };

/** What people search, and what they should not. */
const TEXTS = [
  'large-77777',
  'large-7',
  'large',
  'l',
  'z',
  '%',
  '_%',
  'shopper-77',
  'alice@clicknback.com',
  'nobody-of-this-name',
  String(purchase?.id),
  String(purchase?.id).slice(0, 8),
  'Large-',
  '#1001',
  'a'.repeat(255),
];

console.log('| List | total | first page | deep, by cursor | by offset |');
console.log('| --- | ---: | ---: | ---: | ---: |');
const everything: number[] = [];
for (const [path, filter] of LISTS) {
  const read = asker(path.startsWith('/users/me') ? alice : admin);
  const at = (part: string) => `${path}?${[filter, part].filter(Boolean).join('&')}`;
  const { total, total_is_estimate } = (await read(at(''))).pagination;
  const first = await measured(() => read(at('')));
  const deep = await walked(read, at, await deepCursorOf(read, path, at, total));
  const byOffset = total > OFFSET + 20 ? await measured(() => read(at(`offset=${OFFSET}`))) : [];
  everything.push(...first, ...deep);
  const shown = `${total_is_estimate ? '≈ ' : ''}${total}`;
  const name = `${path}${filter && '?'}${named(filter)}`;
  console.log(`| \`${name}\` | ${shown} | ${summary(first)} | ${summary(deep)} | ${summary(byOffset)} |`);
}
console.log('\n| Feed | from the start | deep, by cursor | at the end |');
console.log('| --- | ---: | ---: | ---: |');
for (const filter of ['', 'type=purchase.reversed', 'type=partner.*', `resource_id=${purchase?.id}`]) {
  const pageAt = (cursor: string) => () =>
    get<{ cursor: string }>(`/events?${[filter, 'limit=20', cursor].filter(Boolean).join('&')}`, admin);
  // The events of a purchase have places amid those of the others.
  const { cursor: amid } = await get<{ cursor: string }>(
    `/events?resource_id=${purchase?.id}&limit=1`,
    admin,
  );
  const times = [
    await measured(pageAt('')),
    await measured(pageAt(`cursor=${amid}`)),
    await measured(pageAt('cursor=latest')),
  ];
  console.log(`| \`/events?${named(filter)}\` | ${times.map(summary).join(' | ')} |`);
}
console.log(
  `\np50 / p99 in ms of ${REQUESTS} requests each; of all but those by offset: ${summary(everything)}.`,
);

const searches = await measuredEach(TEXTS, (text) => get(`/search?q=${encodeURIComponent(text)}`, admin));
const someIds = await idsOf([
  'limit=100',
  'limit=100&status=reversed',
  `limit=100&cursor=${deepCursors.purchases}`,
  `limit=100&user_id=${hotId}&status=confirmed`,
]);
const timelines = await measuredEach(someIds, (id) => get(`/purchases/${id}/timeline`, admin));
console.log(
  `\n/search: ${summary(searches)}; /purchases/{id}/timeline: ${summary(timelines)} (p50 / p99 in ms).`,
);
const REPORTS = [
  'summary',
  `summary?from=${twoYearsAgo}&to=${today}`,
  'books',
  'daily',
  `daily?from=${twoYearsAgo}&to=${today}`,
  'pending-age',
  'merchants',
  `merchants?from=${twoYearsAgo}&to=${today}`,
  'refusals',
];
console.log('\n| Report | p50 / p99 |');
console.log('| --- | ---: |');
for (const report of REPORTS) {
  const times = await measured(() => get(`/reports/${report}`, admin));
  console.log(`| \`/reports/${report}\` | ${summary(times)} |`);
  requireWithin(`/reports/${report}`, times, MOST_MS.report);
}
requireWithin('/search', searches, MOST_MS.search);
requireWithin('/purchases/{id}/timeline', timelines, MOST_MS.timeline);

async function idsOf(filters: readonly string[]): Promise<string[]> {
  const pages = await Promise.all(filters.map((filter) => ask(`/purchases?${filter}`)));
  return pages.flatMap(({ data }) => data.map(({ id }) => id));
}

/** Each subject in turn, so that the slowest kind is in the percentile. The first round warms up. */
async function measuredEach<Subject>(
  subjects: readonly Subject[],
  work: (subject: Subject) => Promise<unknown>,
): Promise<number[]> {
  const times: number[] = [];
  for (const subject of subjects) await work(subject);
  const rounds = Math.ceil((5 * REQUESTS) / subjects.length);
  for (let round = 0; round < rounds; round += 1)
    for (const subject of subjects) {
      const started = performance.now();
      await work(subject);
      times.push(performance.now() - started);
    }
  return times;
}

function requireWithin(name: string, times: readonly number[], most_ms: number): void {
  const p99 = times.toSorted((one, other) => one - other)[Math.floor(times.length * 0.99)] ?? 0;
  if (p99 <= most_ms) return;
  console.error(`${name}: p99 is ${p99.toFixed(1)} ms, more than ${most_ms}`);
  process.exitCode = 1;
}

async function deepCursorOf(
  read: (path: string) => Promise<Page>,
  path: string,
  at: (part: string) => string,
  total: number,
): Promise<string | null> {
  const known = deepCursors[path.split('/').at(-1) ?? ''];
  if (known !== undefined) return known;
  return (await read(at(`limit=1&offset=${Math.floor(total / 2)}`))).pagination.next_cursor;
}

/** Consecutive pages from a cursor on; after the last page it starts at this cursor again. */
async function walked(
  read: (path: string) => Promise<Page>,
  at: (part: string) => string,
  beginning: string | null,
): Promise<number[]> {
  if (beginning === null || (await read(at(`cursor=${beginning}`))).data.length === 0) return [];
  let cursor = beginning;
  return measured(async () => {
    const page = await read(at(`cursor=${cursor}`));
    cursor = page.pagination.next_cursor ?? beginning;
  });
}

async function measured(work: () => Promise<unknown>): Promise<number[]> {
  await work();
  const times: number[] = [];
  for (let count = 0; count < REQUESTS; count += 1) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return times;
}

function summary(times: readonly number[]): string {
  if (times.length === 0) return '–';
  const sorted = times.toSorted((one, other) => one - other);
  const at = (part: number) =>
    (sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? 0).toFixed(1);
  return `${at(0.5)} / ${at(0.99)}`;
}

/** Replaces ids by words, for the table. */
function named(filter: string): string {
  return filter
    .replace(adminId, '(the admin)')
    .replace(hotId, '(a shopper with many)')
    .replace(usual?.id ?? '-', '(a usual shopper)')
    .replace(nobody, '(nobody)')
    .replace(biggest ?? '-', '(the biggest)')
    .replace(smallest ?? '-', '(the smallest)')
    .replace(purchase?.id ?? '-', '(a purchase)');
}

async function login(email: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: PASSWORD }),
  });
  if (!response.ok) throw new Error(`${email} cannot log in: ${await response.text()}`);
  return ((await response.json()) as { access_token: string }).access_token;
}

function asker(token: string): (path: string) => Promise<Page> {
  return (path) => get<Page>(path, token);
}

async function get<Body>(path: string, token: string): Promise<Body> {
  const response = await fetch(`${url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Body;
}
