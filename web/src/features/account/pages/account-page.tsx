import { useQuery } from '@tanstack/react-query';
import { meQuery } from '#app/me.ts';
import { useSession } from '#app/session-context.tsx';
import * as messages from '#messages/account.ts';
import { Badge } from '#ui/badge.tsx';
import { Button } from '#ui/button.tsx';
import { useMessages } from '#ui/locale.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import { AppearanceCard } from '../parts/appearance-card.tsx';
import { DataCard } from '../parts/data-card.tsx';
import { MailsCard } from '../parts/mails-card.tsx';
import { PasswordCard } from '../parts/password-card.tsx';
import { SessionsCard } from '../parts/sessions-card.tsx';
import { StatementCard } from '../parts/statement-card.tsx';

export function AccountPage() {
  const t = useMessages(messages);
  const session = useSession();
  const { data: me } = useQuery(meQuery);
  return (
    <div className="grid gap-4">
      <PageTitle title={t.title} actions={<Button onClick={() => void session.logOut()}>{t.logOut}</Button>}>
        <span className="min-w-0 break-words">{me?.email}</span>
        {me?.email_verified && (
          <Badge tone="green" icon="check">
            {t.verified}
          </Badge>
        )}
        {me?.email_verified === false && <Badge tone="grey">{t.notVerified}</Badge>}
      </PageTitle>
      <StatementCard />
      <SessionsCard />
      <AppearanceCard />
      <MailsCard />
      <PasswordCard />
      <DataCard />
    </div>
  );
}
