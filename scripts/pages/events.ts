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

/** Every event that a module defines in its `events.ts`, by type. */
export async function eventCatalogue(): Promise<readonly EventDefinition[]> {
  const files = globSync('src/modules/*/*/events.ts', { cwd: PROJECT_DIRECTORY });
  const modules: Record<string, { definition?: EventDefinition }>[] = await Promise.all(
    files.map((file) => import(join(PROJECT_DIRECTORY, file))),
  );
  return modules
    .flatMap((module) => Object.values(module).flatMap(({ definition }) => definition ?? []))
    .toSorted((a, b) => (a.type < b.type ? -1 : 1));
}

const INTRODUCTION = `
After this page you can read the audit log: every event that the platform records, and what its details say.

An event is stored in the transaction of the change. \`GET /audit-logs\` shows it with its time, actor, resource, outcome
and request id; its type is the \`action\` there. Amounts are text in the units of their currency.
`.trim();

export async function eventsPage(): Promise<string> {
  const sections = (await eventCatalogue()).map(({ type, resourceType, summary, details }) => {
    const rows = Object.entries(details).map(([name, says]) => [code(name), says]);
    const heading = `## ${code(type)}\n\n${summary} Resource: ${code(resourceType)}.`;
    return rows.length === 0 ? heading : `${heading}\n\n${table(['Detail', 'Says'], rows)}`;
  });
  return page('Events', 'events.ts of each module', [INTRODUCTION, ...sections]);
}
