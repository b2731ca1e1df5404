import { useRouter, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { useSession } from '#app/session-context.tsx';
import * as messages from '#messages/login.ts';
import { useMessages } from '#ui/locale.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import { PasswordStep } from '../parts/password-step.tsx';
import { SecondFactorStep } from '../parts/second-factor-step.tsx';

/** The door to both apps: email and password, then the second factor where one is enrolled. */
export function LoginPage() {
  const t = useMessages(messages);
  const session = useSession();
  const router = useRouter();
  const { back } = useSearch({ strict: false }) as { back?: string };
  const [mfaToken, setMfaToken] = useState<string>();

  const enter = useCallback(() => {
    const app = router.basepath.replace(/\/$/, '');
    router.history.replace(`${app}${isPathHere(back) ? back : '/'}`);
  }, [router, back]);

  useEffect(() => {
    // A person who is logged in, also by another tab, has nothing to do here.
    if (session.state() === 'in') enter();
    return session.subscribe(() => session.state() === 'in' && enter());
  }, [session, enter]);

  return (
    <div className="grid gap-6">
      <PageTitle title={mfaToken === undefined ? t.title : t.factorTitle} />
      {mfaToken === undefined ? (
        <PasswordStep onSecondFactor={setMfaToken} />
      ) : (
        <SecondFactorStep mfaToken={mfaToken} />
      )}
    </div>
  );
}

/** Only a path of this address may follow a login: no other host, no scheme. */
function isPathHere(back: string | undefined): back is string {
  return back !== undefined && /^\/(?![/\\])/.test(back);
}
