import { type ErrorComponentProps, Outlet, useRouter } from '@tanstack/react-router';
import * as common from '#messages/common.ts';
import { ButtonLink } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import { Failure } from './failure.tsx';
import { StepUpDialog } from './step-up-dialog.tsx';
import { Toasts } from './toasts.tsx';

/** Around every page of both apps. */
export function Root() {
  return (
    <>
      <Outlet />
      <StepUpDialog />
      <Toasts />
    </>
  );
}

/** A page that threw. The rest of the app goes on. */
export function PageFailure({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <div className="mx-auto w-full max-w-2xl p-4">
      <Failure
        error={error}
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </div>
  );
}

/** A path that the app does not have. */
export function PageNotFound() {
  const t = useMessages(common);
  return (
    <div className="grid justify-items-start gap-4">
      <PageTitle title={t.notFoundTitle} />
      <p className="text-muted">{t.notFoundText}</p>
      <ButtonLink to="/">{t.notFoundHome}</ButtonLink>
    </div>
  );
}
