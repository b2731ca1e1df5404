import { useQueryClient } from '@tanstack/react-query';
import type { StaffRole, User } from '#app/client.ts';
import { api } from '#app/page-kit.ts';

export function setRoles(userId: string, roles: readonly StaffRole[]) {
  return api.put('/users/{id}/staff-roles', {
    params: { path: { id: userId } },
    body: { staff_roles: [...roles] },
  });
}

/** The account with exactly this address. Undefined if there is none. */
export async function findAccount(email: string): Promise<User | undefined> {
  const { data } = await api.get('/users', { params: { query: { email } } });
  return data.find((user) => user.email === email.trim().toLowerCase());
}

/** Reads again what shows people and their roles. */
export function useRefreshStaff(): () => Promise<unknown> {
  const client = useQueryClient();
  return () =>
    Promise.all(['users', 'audit', 'me'].map((key) => client.invalidateQueries({ queryKey: [key] })));
}
