import { KEYED_OPERATIONS } from './keyed-operations.generated.ts';

const IDEMPOTENT_METHODS = ['GET', 'HEAD', 'PUT', 'DELETE'];

/** Operations without a key that take effect once: by external ids, versions, emails, or since tokens rotate by it. */
export const SAFE_BY_CONTENT: readonly string[] = [
  'POST /purchases',
  'POST /purchases/batch',
  'POST /purchases/settlements',
  'POST /purchases/{id}/amendments',
  'POST /users/import',
  'POST /auth/login',
  'POST /auth/refresh',
];

export function takesKey(operation: string): boolean {
  return KEYED_OPERATIONS.includes(operation);
}

/** Whether an operation, such as `POST /purchases`, may be sent again after an answer got lost. */
export function isRepeatable(operation: string): boolean {
  const [method = ''] = operation.split(' ');
  return IDEMPOTENT_METHODS.includes(method) || takesKey(operation) || SAFE_BY_CONTENT.includes(operation);
}
