/**
 * Returns the host that the client named, without its port. Does not read `X-Forwarded-Host`: a proxy may pass on what a client
 * wrote there.
 */
export function hostOf({ headers }: { readonly headers: { readonly host?: string | undefined } }): string {
  return (headers.host ?? '').toLowerCase().replace(/:\d*$/, '');
}
