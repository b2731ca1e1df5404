import { lazy, Suspense, useEffect, useState } from 'react';

const Toaster = lazy(async () => ({ default: (await import('sonner')).Toaster }));

let wake: (() => void) | undefined;

/** Reports a success. Errors have their own place on the page. */
export async function toast(text: string): Promise<void> {
  wake?.();
  const { toast: show } = await import('sonner');
  show(text);
}

/** Where toasts appear. Loaded with the first of them. */
export function Toasts() {
  const [isAwake, setAwake] = useState(false);
  useEffect(() => {
    wake = () => setAwake(true);
  }, []);
  return isAwake ? (
    <Suspense fallback={null}>
      <Toaster
        position="bottom-center"
        toastOptions={{
          style: {
            background: 'var(--color-ink)',
            color: 'var(--color-surface)',
            border: 0,
            boxShadow: 'none',
            borderRadius: 'var(--radius-card)',
            font: 'inherit',
          },
        }}
      />
    </Suspense>
  ) : null;
}
