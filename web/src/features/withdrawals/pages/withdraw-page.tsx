import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { Loaded } from '#app/loaded.tsx';
import { VerifyNotice } from '#features/verification/index.ts';
import type { Format } from '#lib/format.ts';
import { withoutSign } from '#lib/money.ts';
import type { en } from '#messages/withdraw.ts';
import * as messages from '#messages/withdraw.ts';
import { Card } from '#ui/card.tsx';
import { Empty } from '#ui/empty.tsx';
import { ButtonLink } from '#ui/link.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import { WithdrawForm } from '../parts/withdraw-form.tsx';
import { type PayoutPolicy, policyQuery, withdrawSearch } from '../queries.ts';

/** How much, and to which account. What forbids a withdrawal is said before anything is entered. */
export function WithdrawPage() {
  const t = useMessages(messages);
  const format = useFormat();
  const { currency } = withdrawSearch(useSearch({ strict: false }));
  return (
    <div className="grid gap-4">
      <PageTitle title={t.title} />
      <Loaded query={useQuery(policyQuery(currency))}>
        {(policy) =>
          policy.blocked_by.length === 0 ? (
            <Card>
              <WithdrawForm key={policy.currency} policy={policy} />
            </Card>
          ) : policy.blocked_by.includes('email_unverified') ? (
            <VerifyNotice />
          ) : (
            <Card>
              <Empty action={<ButtonLink to="/">{t.toHome}</ButtonLink>}>
                {blockText(policy, t, format)}
              </Empty>
            </Card>
          )
        }
      </Loaded>
    </div>
  );
}

function blockText(
  { blocked_by: blocks, available, minimum, currency }: PayoutPolicy,
  t: typeof en,
  format: Format,
): string {
  if (blocks.includes('owes')) return t.owes(format.money(withoutSign(available), currency));
  if (blocks.includes('below_minimum'))
    return t.belowMinimum(format.money(minimum, currency), format.money(available, currency));
  return blocks.includes('monthly_limit') ? t.limitReached : t.blocked;
}
