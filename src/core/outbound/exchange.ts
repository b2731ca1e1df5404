/** What became of a request: a response with the beginning of its body, or the reason why there is none. */
export type Exchange =
  | { readonly status: number; readonly body: string; readonly retryAfter: string | undefined }
  | { readonly failure: ExchangeFailure };

export type ExchangeFailure =
  | 'url_not_allowed'
  | 'host_not_found'
  | 'address_not_allowed'
  | 'connection_failed'
  | 'certificate_invalid'
  | 'response_invalid'
  | 'timeout'
  | 'interrupted';
