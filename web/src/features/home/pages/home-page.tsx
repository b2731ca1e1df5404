import { useQuery } from '@tanstack/react-query';
import { appInfoQuery } from '#app/app-info.ts';
import { Loaded } from '#app/loaded.tsx';
import * as messages from '#messages/home.ts';
import { useMessages } from '#ui/locale.tsx';
import { CurrencyCard } from '../parts/currency-card.tsx';
import { ForecastCard } from '../parts/forecast-card.tsx';
import { HomeSkeleton } from '../parts/home-skeleton.tsx';
import { LatestCard } from '../parts/latest-card.tsx';
import { NothingYet } from '../parts/nothing-yet.tsx';
import { walletsQuery } from '../queries.ts';

/** What can be withdrawn, what comes next, and what happened last. */
export function HomePage() {
  const t = useMessages(messages);
  const { data: info } = useQuery(appInfoQuery);
  const first = info?.currencies[0]?.code;
  return (
    <div className="grid gap-4">
      <title>{`${t.title} · ClickNBack`}</title>
      <h1 className="sr-only">{t.title}</h1>
      <Loaded query={useQuery(walletsQuery)} skeleton={<HomeSkeleton />}>
        {({ data: wallets }) =>
          wallets.length === 0 ? (
            <NothingYet />
          ) : (
            <>
              {wallets
                .toSorted((one, other) => rank(one.currency, first) - rank(other.currency, first))
                .map((wallet) => (
                  <div key={wallet.currency} className="grid gap-4">
                    <CurrencyCard wallet={wallet} isOneOfSeveral={wallets.length > 1} />
                    <ForecastCard currency={wallet.currency} isOneOfSeveral={wallets.length > 1} />
                  </div>
                ))}
              <LatestCard currency={first ?? wallets[0]?.currency ?? ''} />
            </>
          )
        }
      </Loaded>
    </div>
  );
}

/** The platform's first currency leads; the others stay in their order. */
function rank(currency: string, first: string | undefined): number {
  return currency === first ? 0 : 1;
}
