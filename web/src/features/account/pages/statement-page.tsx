import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { appInfoQuery } from '#app/app-info.ts';
import { Loaded } from '#app/loaded.tsx';
import { meQuery } from '#app/me.ts';
import * as messages from '#messages/account.ts';
import { Button } from '#ui/button.tsx';
import { Card } from '#ui/card.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import { StatementTable } from '../parts/statement-table.tsx';
import { isPeriod, periodText, yearsUntil } from '../period.ts';
import { statementQuery, statementSearch } from '../queries.ts';

/** The movements of a year or a month with the balance after each, for paper. */
export function StatementPage() {
  const t = useMessages(messages);
  const format = useFormat();
  const search = statementSearch(useSearch({ strict: false }));
  const { data: me } = useQuery(meQuery);
  const { data: info } = useQuery(appInfoQuery);
  const period = search.period !== undefined && isPeriod(search.period) ? search.period : yearsUntil(1)[0];
  const currency = search.currency ?? info?.currencies[0]?.code ?? '';
  const statement = useQuery({ ...statementQuery(period ?? '', currency), enabled: currency !== '' });
  return (
    <div className="grid gap-4">
      <PageTitle
        title={t.statementTitle(periodText(period ?? '', format))}
        path={[{ label: t.back, to: '/account' }]}
        actions={
          <Button icon="print" onClick={() => window.print()}>
            {t.print}
          </Button>
        }
      >
        <span className="min-w-0 break-words">{t.statementFor(me?.email ?? '')}</span>
        <span>{t.statementCurrency(currency)}</span>
      </PageTitle>
      <Loaded query={statement}>
        {({ movements, isCut }) => (
          <Card flush>
            {movements.length === 0 ? (
              <p className="px-5 py-8 text-center text-muted">{t.nothingMoved}</p>
            ) : (
              <StatementTable movements={movements} currency={currency} />
            )}
            {isCut && <p className="border-t border-line px-5 py-3 text-small text-muted">{t.tooMany}</p>}
          </Card>
        )}
      </Loaded>
    </div>
  );
}
