import { partsOf } from '#lib/emphasis.ts';

/** A sentence with the parts that `strong` of lib/emphasis marked. */
export function Sentence({ children }: { readonly children: string }) {
  return partsOf(children).map(({ text, isStrong }, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence keep their order.
    return isStrong ? <strong key={index}>{text}</strong> : <span key={index}>{text}</span>;
  });
}
