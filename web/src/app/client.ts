/* The one door to packages/client. It is used through its source, so the web apps and the package are always of one version. */
export * from '../../../packages/client/src/index.ts';
