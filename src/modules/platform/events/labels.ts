import { compositeKey } from '../../../core/composite-key.ts';
import type { Db } from '../../../core/database/index.ts';
import type { AuditLog, LabelledLog } from './model.ts';

/** An actor or a resource, by its type and id. */
export type Labelled = { readonly type: string; readonly id: string };

/** Finds what staff calls these things, by `labelKey`. Names belong to modules above this one. */
export type FindLabels = (db: Db, things: readonly Labelled[]) => Promise<ReadonlyMap<string, string>>;

export function labelKey({ type, id }: Labelled): string {
  return compositeKey(type, id);
}

/** The actors and resources of the records. */
export function thingsOf(logs: readonly AuditLog[]): Labelled[] {
  return logs.flatMap(({ actor, resourceType, resourceId }) => [
    ...(actor.id === null ? [] : [{ type: actor.type, id: actor.id }]),
    { type: resourceType, id: resourceId },
  ]);
}

export function withLabels(log: AuditLog, labelOf: ReadonlyMap<string, string>): LabelledLog {
  const { actor, resourceType: type, resourceId: id } = log;
  const actorLabel =
    actor.id === null ? undefined : labelOf.get(labelKey({ type: actor.type, id: actor.id }));
  return {
    ...log,
    actorLabel: actorLabel ?? null,
    resourceLabel: labelOf.get(labelKey({ type, id })) ?? null,
  };
}
