import { type ComponentType, type FunctionComponent, lazy, Suspense } from 'react';

/** A dialog whose code is loaded when it first opens: `lazyDialog(async () => (await import('./edit-dialog.tsx')).EditDialog)`. */
export function lazyDialog<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): FunctionComponent<Props> {
  const Loaded = lazy(async () => ({ default: (await load()) as ComponentType<object> }));
  return (props) => (
    <Suspense fallback={null}>
      <Loaded {...props} />
    </Suspense>
  );
}
