/* The walls of docs/architecture.md. `npm run check` fails on the first import that goes through one. */

const MODULE = '^src/modules/([^/]+/[^/]+)/';
const FACE = '^src/modules/[^/]+/[^/]+/index\\.ts$';

/** Each area may use those before it. Those of one line do not know each other. */
const AREAS = [['platform'], ['identity'], ['catalogue'], ['money'], ['earning'], ['outbound', 'insight']];

const areaWalls = AREAS.flatMap((line, index) =>
  line.map((area) => {
    const above = AREAS.slice(index)
      .flat()
      .filter((other) => other !== area);
    return {
      name: `${area}-looks-down`,
      comment:
        'Areas depend on each other in one direction. What a lower one sets off above it is handed in by wire-modules.ts.',
      severity: 'error',
      from: { path: `^src/modules/${area}/` },
      to: { path: `^src/modules/(${above.join('|')})/` },
    };
  }),
);

export default {
  forbidden: [
    {
      name: 'core-knows-no-module',
      comment: 'core is cross-cutting: it knows no business word.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: {
        path: '^src/(modules|embedded-postgres|startup|cli)/|^src/[^/]+\\.ts$',
      },
    },
    {
      name: 'modules-meet-at-their-faces',
      comment: 'Another module is imported through its index.ts alone.',
      severity: 'error',
      from: { path: MODULE },
      to: { path: '^src/modules/', pathNot: ['^src/modules/$1/', FACE] },
    },
    {
      name: 'the-proof-stands-alone',
      comment: 'It reads the tables themselves: code that moves money cannot vouch for itself.',
      severity: 'error',
      from: { path: '^src/modules/insight/proof/' },
      to: { path: '^src/modules/', pathNot: '^src/modules/insight/proof/' },
    },
    {
      name: 'no-module-uses-the-proof',
      comment: 'Commands and tests do.',
      severity: 'error',
      from: { path: '^src/modules/', pathNot: '^src/modules/insight/proof/' },
      to: { path: '^src/modules/insight/proof/' },
    },
    {
      name: 'modules-are-started-by-others',
      comment: 'A module knows neither how it is started nor what starts it.',
      severity: 'error',
      from: { path: '^src/modules/' },
      to: {
        path: '^src/(startup|cli)/|^src/(app|main|worker|config|settings|web-apps|account-pages)\\.ts$',
      },
    },
    {
      name: 'nothing-imports-a-modules-inside',
      comment: 'The composition root and the commands use the faces too.',
      severity: 'error',
      from: {
        path: '^src/(startup|cli)/|^src/(app|main|worker|config|settings|web-apps|account-pages)\\.ts$',
      },
      to: { path: '^src/modules/', pathNot: FACE },
    },
    {
      name: 'http-stays-in-routes-and-schemas',
      comment: 'No HTTP word below the routes.',
      severity: 'error',
      from: { path: MODULE, pathNot: '/[a-z-]*(routes|schemas)\\.ts$|/index\\.ts$' },
      to: { path: '^src/core/http/|^node_modules/fastify|^node_modules/typebox' },
    },
    {
      name: 'routes-do-not-reach-past-the-service',
      comment: 'routes → service → repository: each layer knows the one below.',
      severity: 'error',
      from: { path: '/[a-z-]*(routes|schemas)\\.ts$' },
      to: { path: '/[a-z-]*repository\\.ts$|^src/core/database/' },
    },
    {
      name: 'sql-stays-in-repositories',
      comment: 'Kysely and pg are used by repositories, and by the files that open the database.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [
          '/[a-z-]*repository\\.ts$',
          '^src/core/database/',
          '^src/embedded-postgres/',
          '^src/startup/(open-database|database-faults)\\.ts$',
        ],
      },
      to: { path: '^node_modules/(kysely|pg|node-pg-migrate)/' },
    },
    {
      name: 'the-driver-stays-inside',
      comment: 'src/core/database/README.md names the doors.',
      severity: 'error',
      from: { path: '^(src|demo|torture|bench)/', pathNot: '^src/core/database/' },
      to: {
        path: '^src/core/database/',
        pathNot:
          '/(index|bulk|rows|newest-first|counted-page|changes|folded-name|migrations|production-mark|url|schema\\.generated)\\.ts$',
      },
    },
    {
      name: 'policies-are-pure',
      comment: 'Values in, a decision out: no database, no service, no logger.',
      severity: 'error',
      from: { path: '^src/modules/[^/]+/[^/]+/(policies|model|errors|terms|position|amendments)\\.ts$' },
      to: {
        path: '^src/core/',
        pathNot:
          '^src/core/(caller|clock|composite-key|errors|id|identifier|lists|money|outcome|database/schema\\.generated|outbound/exchange|secrets/signing-secrets)\\.ts$',
      },
    },
    {
      name: 'production-knows-no-demo',
      comment:
        'The image has no demo/ and no scripts/. In development main.ts loads them when they are wanted.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(demo|scripts)/', dependencyTypesNot: ['dynamic-import'] },
    },
    {
      name: 'the-platform-knows-no-torture',
      comment: 'torture/ and bench/ start the platform; nothing in it knows them.',
      severity: 'error',
      from: { path: '^(src|demo|bench)/' },
      to: { path: '^torture/' },
    },
    {
      name: 'the-client-runs-anywhere',
      comment: 'It is published: nothing of the project, nothing of Node, one package.',
      severity: 'error',
      from: { path: '^packages/client/src/' },
      to: { pathNot: '^packages/client/src/|^node_modules/openapi-fetch/' },
    },
    {
      name: 'the-platform-knows-no-client',
      comment: 'The image has no packages/.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^packages/' },
    },
    {
      name: 'harness-knows-no-area',
      severity: 'error',
      from: { path: '^torture/harness/' },
      to: { path: '^torture/(areas|main)' },
    },
    {
      name: 'ui-knows-no-business',
      comment:
        'Components know how things look. Their words come from messages/common.ts, or from their caller.',
      severity: 'error',
      from: { path: '^web/src/ui/' },
      to: { path: '^web/src/', pathNot: '^web/src/(ui|lib)/|^web/src/messages/common\\.ts$' },
    },
    {
      name: 'lib-and-messages-know-no-app',
      comment: 'Pure functions and texts: they run in unit tests without a browser.',
      severity: 'error',
      from: { path: '^web/src/(lib|messages)/' },
      to: {
        path: '^web/src/',
        pathNot: '^web/src/(lib|messages)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'app-knows-no-feature',
      comment: 'Session, fetching and page kit serve all features.',
      severity: 'error',
      from: { path: '^web/src/app/' },
      to: { path: '^web/src/(features|wallet|console|gallery)/' },
    },
    {
      name: 'features-meet-at-their-faces',
      comment: 'Another feature is imported through its index.ts alone.',
      severity: 'error',
      from: { path: '^web/src/features/([^/]+)/' },
      to: {
        path: '^web/src/(features|wallet|console|gallery)/',
        pathNot: ['^web/src/features/$1/', '^web/src/features/[^/]+/index\\.ts$'],
      },
    },
    {
      name: 'apps-use-the-faces-of-features',
      severity: 'error',
      from: { path: '^web/src/(wallet|console)/' },
      to: { path: '^web/src/features/', pathNot: '/index\\.ts$' },
    },
    {
      name: 'wallet-and-console-are-strangers',
      comment: 'A shopper never loads a line of the console.',
      severity: 'error',
      from: { path: '^web/src/(wallet|console)/' },
      to: { path: '^web/src/(wallet|console|gallery)/', pathNot: '^web/src/$1/' },
    },
    {
      name: 'web-has-one-http-client',
      comment: 'packages/client through app/client.ts; nothing of the platform.',
      severity: 'error',
      from: { path: '^web/src/', pathNot: '^web/src/app/client\\.ts$' },
      to: { path: '^(packages|src|demo|torture|bench)/|^node_modules/openapi-fetch/' },
    },
    ...areaWalls,
    {
      name: 'every-module-has-an-area',
      severity: 'error',
      from: {},
      to: { path: '^src/modules/', pathNot: `^src/modules/(${AREAS.flat().join('|')})/[^/]+/` },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-development-package-at-run-time',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
