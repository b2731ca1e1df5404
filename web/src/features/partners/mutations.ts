import { useQueryClient } from '@tanstack/react-query';
import type { CreatePartnerInput, IssuePartnerKeyInput } from '#app/client.ts';
import { api } from '#app/page-kit.ts';

export function createPartner(body: CreatePartnerInput) {
  return api.post('/partners', { body });
}

/** The answer has the key. The platform shows it this once. */
export function issueKey(partnerId: string, body: IssuePartnerKeyInput) {
  return api.post('/partners/{id}/keys', { params: { path: { id: partnerId } }, body });
}

export function revokeKey(partnerId: string, keyId: string) {
  return api.delete('/partners/{id}/keys/{key_id}', {
    params: { path: { id: partnerId, key_id: keyId } },
  });
}

/** The answer has the secret. The platform shows it this once. */
export function rotateSecret(partnerId: string, overlapSeconds: number) {
  return api.post('/partners/{id}/signing-secret', {
    params: { path: { id: partnerId } },
    body: { overlap_seconds: overlapSeconds },
  });
}

export function setPartnerStatus(id: string, status: 'active' | 'inactive') {
  return api.patch('/partners/{id}/status', { params: { path: { id } }, body: { status } });
}

/** Reads again what shows partners. */
export function useRefreshPartners(): () => Promise<unknown> {
  const client = useQueryClient();
  return () => Promise.all(['partners', 'audit'].map((key) => client.invalidateQueries({ queryKey: [key] })));
}
