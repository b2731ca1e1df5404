/** A number or name of any length on one line of a table. The hover has all of it. */
export function Short({ children }: { readonly children: string }) {
  return (
    <span className="inline-block max-w-38 truncate align-bottom" title={children}>
      {children}
    </span>
  );
}
