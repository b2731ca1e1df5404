import { useRef, useState } from 'react';
import { randomUuid } from '#lib/uuid.ts';
import { isOutcomeUnknown } from './errors.ts';

export type MoneyActionState =
  | { readonly kind: 'ready' | 'busy' }
  | { readonly kind: 'refused' | 'unknown'; readonly error: unknown };

/**
 * An action that moves money: sent once however often it is clicked, and under one key however often it is retried.
 * @param run Sends it with its `Idempotency-Key`. Operations without a key ignore it.
 * @param reread Reads the present state before a retry of an operation without a key.
 */
export function useMoneyAction<Result>(
  run: (key: string) => Promise<Result>,
  onDone: (result: Result) => void,
  reread?: () => Promise<unknown>,
) {
  const [key] = useState(randomUuid);
  const [state, setState] = useState<MoneyActionState>({ kind: 'ready' });
  const isUnderWay = useRef(false);

  async function submit(): Promise<void> {
    if (isUnderWay.current) return;
    isUnderWay.current = true;
    const isRetry = state.kind === 'unknown';
    setState({ kind: 'busy' });
    try {
      if (isRetry) await reread?.();
      const result = await run(key);
      setState({ kind: 'ready' });
      onDone(result);
    } catch (error) {
      setState({ kind: isOutcomeUnknown(error) ? 'unknown' : 'refused', error });
    } finally {
      isUnderWay.current = false;
    }
  }

  return { state, submit };
}
