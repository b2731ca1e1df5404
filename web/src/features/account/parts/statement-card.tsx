import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { appInfoQuery } from '#app/app-info.ts';
import { useErrorText } from '#app/failure.tsx';
import { monthsUntil } from '#lib/dates.ts';
import * as messages from '#messages/account.ts';
import { Button } from '#ui/button.tsx';
import { Card } from '#ui/card.tsx';
import { ButtonLink } from '#ui/link.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { Select } from '#ui/select.tsx';
import { downloadStatement } from '../mutations.ts';
import { yearsUntil } from '../period.ts';

const YEARS = 3;
const MONTHS = 12;

/** The statement of a year or a month, as a file or on paper. */
export function StatementCard() {
  const t = useMessages(messages);
  const format = useFormat();
  const errorText = useErrorText();
  const { data: info } = useQuery(appInfoQuery);
  const [period, setPeriod] = useState(yearsUntil(1)[0] ?? '');
  const [currency, setCurrency] = useState<string>();
  const [outcome, setOutcome] = useState<{ isBusy?: boolean; text?: string; error?: unknown }>({});
  const currencies = info?.currencies.map(({ code }) => code) ?? [];
  const chosen = currency ?? currencies[0] ?? '';

  async function download(): Promise<void> {
    setOutcome({ isBusy: true });
    try {
      const { isTruncated } = await downloadStatement(period, chosen, t.fileName(period));
      setOutcome({ text: isTruncated ? t.truncated : t.downloaded });
    } catch (error) {
      setOutcome({ error });
    }
  }

  return (
    <Card title={t.statement}>
      <div className="grid gap-3">
        <div className="grid gap-3 sm:grid-cols-2">
          <Select
            label={t.period}
            value={period}
            onChange={({ target }) => setPeriod(target.value)}
            options={[
              ...yearsUntil(YEARS).map((year) => ({ value: year, label: year })),
              ...monthsUntil(MONTHS).map((month) => ({ value: month, label: format.month(month) })),
            ]}
          />
          {currencies.length > 1 && (
            <Select
              label={t.currency}
              value={chosen}
              onChange={({ target }) => setCurrency(target.value)}
              options={currencies.map((code) => ({ value: code, label: code }))}
            />
          )}
        </div>
        <div className="flex flex-wrap gap-2">
          <Button icon="download" busy={outcome.isBusy ?? false} onClick={() => void download()}>
            {t.downloadCsv}
          </Button>
          <ButtonLink icon="print" to="/account/statement" search={{ period, currency: chosen }}>
            {t.showAndPrint}
          </ButtonLink>
        </div>
        <p role="status" className="text-small text-muted empty:hidden">
          {outcome.text}
        </p>
        {outcome.error !== undefined && (
          <p role="alert" className="rounded-control bg-red-fill px-3 py-2 text-red">
            {errorText(outcome.error)}
          </p>
        )}
      </div>
    </Card>
  );
}
