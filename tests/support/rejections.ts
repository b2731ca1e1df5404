import assert from 'node:assert/strict';
import { DomainError } from '../../src/core/errors.ts';

/** Asserts the code of a use case's refusal, and its details where they are given. */
export async function rejectsWith(call: Promise<unknown>, code: string, details?: object): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof DomainError, String(error));
    assert.equal(error.code, code);
    if (details !== undefined) assert.deepEqual(error.details, details);
    return true;
  });
}

/** The code of a refusal; any other error as text. */
export function codeOf(error: unknown): string {
  return error instanceof DomainError ? error.code : String(error);
}

/** The refusal of a rule. Fails if nothing was refused. */
export function refusalOf(work: () => unknown): DomainError {
  try {
    work();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  return assert.fail('nothing was refused');
}
