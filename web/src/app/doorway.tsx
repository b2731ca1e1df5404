import { Outlet } from '@tanstack/react-router';
import { Brand } from '#ui/brand.tsx';

/** The frame of pages that need no session. */
export function Doorway({ name }: { readonly name?: string }) {
  return (
    <main
      id="content"
      className="mx-auto grid min-h-dvh w-full max-w-md content-start gap-6 px-4 py-10 sm:content-center"
    >
      <Brand>{name}</Brand>
      <div className="rounded-card border border-line bg-surface p-6">
        <Outlet />
      </div>
    </main>
  );
}
