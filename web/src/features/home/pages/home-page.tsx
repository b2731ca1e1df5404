import { useQuery } from '@tanstack/react-query';
import { appInfoQuery } from '#app/app-info.ts';
import { Loaded } from '#app/loaded.tsx';
import { purchasesQuery } from '#features/activity/index.ts';
import { VerifyNotice } from '#features/verification/index.ts';
import { policyQuery } from '#features/withdrawals/index.ts';
import { isZero } from '#lib/money.ts';
import * as messages from '#messages/home.ts';
import { useMessages } from '#ui/locale.tsx';
import { LATEST } from '../latest.ts';
import { CurrencyCard } from '../parts/currency-card.tsx';
import { ForecastCard } from '../parts/forecast-card.tsx';
import { HomeSkeleton } from '../parts/home-skeleton.tsx';
import { LatestCard } from '../parts/latest-card.tsx';
import { NothingYet } from '../parts/nothing-yet.tsx';
import { type Wallet, walletsQuery } from '../queries.ts';

/** What can be withdrawn, what comes next, and what happened last. */
export function HomePage() {
  const t = useMessages(messages);
  const { data: info } = useQuery(appInfoQuery);
  const { data: purchases } = useQuery(purchasesQuery(LATEST));
  const { data: policy } = useQuery(policyQuery(undefined));
  const first = info?.currencies[0]?.code;
  return (
    <div className="grid gap-4">
      <title>{`${t.title} · ClickNBack`}</title>
      <h1 className="sr-only">{t.title}</h1>
      {policy?.blocked_by.includes('email_unverified') && <VerifyNotice />}
      <Loaded query={useQuery(walletsQuery)} skeleton={<HomeSkeleton />}>
        {({ data: wallets }) =>
          purchases?.data.length === 0 && wallets.every(isUntouched) ? (
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

/** No money has ever been in it. */
function isUntouched({
  available_balance: available,
  pending_balance: pending,
  paid_balance: paid,
}: Wallet): boolean {
  return [available, pending, paid].every(isZero);
}

/** The platform's first currency leads; the others stay in their order. */
function rank(currency: string, first: string | undefined): number {
  return currency === first ? 0 : 1;
}
