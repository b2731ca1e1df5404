import { api } from '#app/api.ts';
import { readCsv } from '#app/csv.ts';
import { saveFile } from '#lib/download.ts';
import { periodOf } from './period.ts';
import type { Preferences } from './queries.ts';

/** Saves the movements of a period as a CSV file. Returns whether the file lacks some. */
export async function downloadStatement(
  period: string,
  currency: string,
  fileName: string,
): Promise<{ readonly isTruncated: boolean }> {
  const { text, isTruncated } = await readCsv('/users/me/wallet/transactions', {
    ...periodOf(period),
    currency,
  });
  saveFile(new Blob([text], { type: 'text/csv' }), fileName);
  return { isTruncated };
}

export async function downloadExport(fileName: string): Promise<void> {
  const data = await api.get('/users/me/export');
  saveFile(new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' }), fileName);
}

export const endSession = (id: string) => api.delete('/users/me/sessions/{id}', { params: { path: { id } } });

export const endOtherSessions = () =>
  api.delete('/users/me/sessions', { params: { query: { others: true } } });

export const changePreferences = (changes: Partial<Preferences>) =>
  api.patch('/users/me/notifications', { body: changes });
