import type { AuditLog } from '#app/client.ts';
import { detailsOf } from '../words.ts';

/** What a record says: `end date 2026-12-31`. */
export function AuditDetails({ record }: { readonly record: AuditLog }) {
  const details = detailsOf(record);
  if (details.length === 0) return null;
  return (
    <span className="flex flex-wrap gap-x-3 gap-y-0.5 text-small max-sm:justify-end">
      {details.map(({ name, value }) => (
        <span key={name} className="min-w-0 break-all">
          <span className="text-muted">{name}</span> {value}
        </span>
      ))}
    </span>
  );
}
