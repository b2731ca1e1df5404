import * as common from '#messages/common.ts';
import { useMessages } from './locale.tsx';

/** The first stop of the keyboard: past the navigation, to `<main id="content">`. */
export function SkipLink() {
  const t = useMessages(common);
  return (
    <a
      href="#content"
      className="sr-only rounded-control bg-brand text-on-brand focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:px-4 focus:py-2"
    >
      {t.skip}
    </a>
  );
}
