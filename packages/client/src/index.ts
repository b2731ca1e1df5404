/* @clicknback/client: the API of a ClickNBack platform, and what integrators would otherwise write themselves. */
export type { operations, paths } from './api.generated.ts';
export type { Answer, ClientOptions, PlatformClient } from './client.ts';
export { createClient } from './client.ts';
export type { ErrorDetails } from './errors.generated.ts';
export type { ErrorCode, Refusal } from './errors.ts';
export { ApiError, ConnectionError, hasCode } from './errors.ts';
export type { PartnerKey as PartnerCredentials } from './partner.ts';
export type { RetryOptions } from './retries.ts';
export type { Login, SecondFactorCode } from './session.ts';
export { signatureHeaders } from './signatures.ts';
export type * from './types.generated.ts';
export * from './webhooks.ts';
