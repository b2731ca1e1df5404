import { ApiError, hasCode } from '#app/client.ts';
import { errorText } from '#app/errors.ts';
import * as common from '#messages/common.ts';
import { Button } from '#ui/button.tsx';
import { CopyText } from '#ui/copy-text.tsx';
import { ErrorPanel } from '#ui/error-panel.tsx';
import { useFormat, useLocale, useMessages } from '#ui/locale.tsx';

/** What was thrown in words, with the number that lets the operator find it, in the place of the answer. */
export function Failure({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const t = useMessages(common);
  const text = useErrorText();
  const requestId = error instanceof ApiError && error.status >= 500 ? error.requestId : undefined;
  return (
    <ErrorPanel title={titleOf(error, t)} actions={onRetry && <Button onClick={onRetry}>{t.retry}</Button>}>
      <p>{text(error)}</p>
      {requestId !== undefined && (
        <p className="mt-2 text-small text-muted">
          {t.requestNumber} <CopyText value={requestId} />
        </p>
      )}
    </ErrorPanel>
  );
}

/** The words for what was thrown, in the person's language. */
export function useErrorText(): (error: unknown) => string {
  const { locale } = useLocale();
  const format = useFormat();
  return (error) => errorText(error, locale, format);
}

function titleOf(error: unknown, t: typeof common.en): string {
  if (hasCode(error, 'NOT_FOUND')) return t.notFoundTitle;
  if (hasCode(error, 'FORBIDDEN')) return t.forbiddenTitle;
  if (hasCode(error, 'USER_INACTIVE')) return t.inactiveTitle;
  return t.errorTitle;
}
