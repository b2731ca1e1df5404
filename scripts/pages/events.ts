import { globSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_DIRECTORY } from '../../src/config.ts';
import { code, page, table } from './markdown.ts';

type EventDefinition = {
  readonly type: string;
  readonly resourceType: string;
  readonly summary: string;
  readonly details: Readonly<Record<string, string>>;
};

type Defined = { readonly definition: EventDefinition };

/** Every event that a module defines in its `events.ts`, by type. */
export async function eventCatalogue(): Promise<readonly (EventDefinition & { isInFeed: boolean })[]> {
  const files = globSync('src/modules/*/*/events.ts', { cwd: PROJECT_DIRECTORY });
  const modules: Record<string, unknown>[] = await Promise.all(
    files.map((file) => import(join(PROJECT_DIRECTORY, file))),
  );
  const ofFeed = new Set(
    modules.flatMap(({ FEED_EVENTS = [] }) =>
      (FEED_EVENTS as readonly Defined[]).map(({ definition }) => definition.type),
    ),
  );
  return modules
    .flatMap((module) =>
      Object.values(module).flatMap((value) => (value as Partial<Defined>).definition ?? []),
    )
    .map((definition) => ({ ...definition, isInFeed: ofFeed.has(definition.type) }))
    .toSorted((a, b) => (a.type < b.type ? -1 : 1));
}

const INTRODUCTION = `
After this page you can follow everything that happens on the platform, and read the audit log.

## Follow the feed

Run \`make up\` in another terminal. This reads the feed from its start, page by page:

\`\`\`bash
API=http://localhost:8000/api/v1
TOKEN=$(curl -s $API/auth/login -H 'content-type: application/json' \\
  -d '{"email":"carol@clicknback.com","password":"Str0ng!Pass"}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
CURSOR=
for PAGE in 1 2 3; do
  BODY=$(curl -s "$API/events?limit=2\${CURSOR:+&cursor=$CURSOR}" -H "authorization: Bearer $TOKEN")
  echo "$BODY"
  CURSOR=$(echo "$BODY" | sed 's/.*"cursor":"\\([^"]*\\)".*/\\1/')
done
\`\`\`

A program repeats the same without an end: read a page, handle its events, store \`cursor\`. It asks again at once while
\`has_more\` is true, otherwise after a second or so.

| Rule | |
| --- | --- |
| order | Fixed, oldest first. A reader that follows \`cursor\` misses no event, and gets none twice. |
| late transactions | An event appears when all transactions that began before its own have finished. |
| start | Without a cursor the feed starts with the first event. \`cursor=latest\` starts with the next one. |
| \`type\` | Repeat it for several types: \`type=purchase.*&type=payout.completed\`. |
| \`resource_id\` | Only the events about one object. |
| empty pages | A page passes at most 10,000 records. Where events are rare it may be empty although \`has_more\` is true. |
| partners | A key with \`purchases:read\` reads the events about purchases that the partner has reported, with its own ids. |
| 422 for a cursor | The database does not have this place: it was restored to an earlier time. Continue from an earlier cursor. |

## What an event shows

| Field | Says |
| --- | --- |
| \`id\` | The event. \`GET /audit-logs\` has the same record, with its actor and request. |
| \`type\` | One of the types below. |
| \`created_at\` | The time of the event. |
| \`data\` | The object as the API showed it after the event, not as it is now. \`openapi.json\` has the schemas. |
| \`data.sequence\` | The number of the event among those of the object; in a wallet that of its journal. Later events have higher numbers. |
| \`previous\` | The fields that the event changed, with their values before it. Null for the first event of an object. |

Two settlements that run at the same time may appear in the other order. \`sequence\` has the order in which they happened.
Events contain no secret, no bank detail, and neither address nor name of a user. Webhooks send the same objects.

## Read the audit log

An event is stored in the transaction of the change. \`GET /audit-logs\` shows it with its time, actor, resource, outcome
and request id; its type is the \`action\` there. Amounts are text in the units of their currency. Some types are for
auditors alone, and so are failures: the feed leaves them out.
`.trim();

export async function eventsPage(): Promise<string> {
  const catalogue = await eventCatalogue();
  const overview = table(
    ['Type', 'Resource', 'In the feed'],
    catalogue.map(({ type, resourceType, isInFeed }) => [
      `[${code(type)}](#${anchorOf(type)})`,
      code(resourceType),
      isInFeed ? 'yes' : 'no',
    ]),
  );
  const sections = catalogue.map(({ type, resourceType, summary, details }) => {
    const rows = Object.entries(details).map(([name, says]) => [code(name), says]);
    const heading = `### ${code(type)}\n\n${summary} Resource: ${code(resourceType)}.`;
    return rows.length === 0 ? heading : `${heading}\n\n${table(['Detail', 'Says'], rows)}`;
  });
  return page('Events', 'events.ts of each module', [INTRODUCTION, `## Types\n\n${overview}`, ...sections]);
}

/** The anchor of a heading, as GitHub makes it. */
function anchorOf(type: string): string {
  return type.replaceAll('.', '');
}
