import Type from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { Input, Timestamp } from '../../../core/http/schemas.ts';
import type { PersonalDataExport } from './service.ts';

export const ErasureBody = Input({
  password: Type.String({ minLength: 1, maxLength: 1024, examples: ['Str0ng!Pass'] }),
  forfeit: Type.Optional(
    Type.Boolean({
      description: 'Whether to give up pending and available cashback. Defaults to false.',
    }),
  ),
});

export const ExportBody = Type.Object({
  exported_at: Timestamp,
  data: Type.Object(
    {},
    {
      additionalProperties: true,
      description:
        'Lists of records by section, such as `profile`, `sessions`, `purchases`, `payouts` and `events`. Records have the names of the database.',
    },
  ),
});

export function presentExport({ exportedAt, data }: PersonalDataExport) {
  return { exported_at: formatInstant(exportedAt), data: data as Record<string, unknown> };
}
