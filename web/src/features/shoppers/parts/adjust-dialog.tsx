import { useState } from 'react';
import type { Shopper } from '../model.ts';
import type { Adjusting } from '../mutations.ts';
import { AdjustForm } from './adjust-form.tsx';
import { AdjustReview } from './adjust-review.tsx';

export type AdjustDialogProps = {
  readonly shopper: Shopper;
  readonly onAwaitingApproval: () => void;
  readonly onClose: () => void;
};

/** Asks what to adjust, then reviews it. Leaving the review returns to what was entered. */
export function AdjustDialog({ shopper, onAwaitingApproval, onClose }: AdjustDialogProps) {
  const [draft, setDraft] = useState<Adjusting>();
  const [isReview, setReview] = useState(false);
  if (draft !== undefined && isReview)
    return (
      <AdjustReview
        shopper={shopper}
        adjusting={draft}
        onAwaitingApproval={onAwaitingApproval}
        onBack={() => setReview(false)}
        onDone={onClose}
      />
    );
  return (
    <AdjustForm
      shopper={shopper}
      draft={draft}
      onReview={(next) => {
        setDraft(next);
        setReview(true);
      }}
      onClose={onClose}
    />
  );
}
