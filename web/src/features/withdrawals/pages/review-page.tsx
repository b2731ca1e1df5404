import { useQueryClient } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { useState } from 'react';
import * as messages from '#messages/withdraw.ts';
import { useMessages } from '#ui/locale.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import { readDraft } from '../draft.ts';
import { ReviewCard } from '../parts/review-card.tsx';

/** The last look before money moves. */
export function ReviewPage() {
  const t = useMessages(messages);
  const client = useQueryClient();
  // Of the moment when review opened: it stays while the answer comes and the draft goes.
  const [draft] = useState(() => readDraft(client));
  if (draft === undefined) return <Navigate to="/withdraw" replace />;
  return (
    <div className="grid gap-4">
      <PageTitle title={t.reviewTitle} />
      <ReviewCard draft={draft} />
    </div>
  );
}
