import assert from 'node:assert/strict';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { parseEnv, promisify } from 'node:util';
import { PROJECT_DIRECTORY, readConfig } from '../../src/config.ts';
import { freePort } from '../../src/core/free-port.ts';
import { SETTINGS } from '../../src/settings.ts';
import { SCRATCH_VARIABLE } from '../support/database.ts';
import { startTestPlatform } from '../support/platform.ts';

/*
 * The files for deployment name scripts, folders, versions and variables of the project: what they name is there.
 */

const { platform } = await startTestPlatform();

const read = (path: string) => readFileSync(join(PROJECT_DIRECTORY, path), 'utf8');
const exists = (path: string) => existsSync(join(PROJECT_DIRECTORY, path));
const packageJson = JSON.parse(read('package.json'));

/** A parser that a package we depend on brings along. */
const parseYaml: (text: string, options?: { merge: boolean }) => Yaml = createRequire(
  createRequire(import.meta.url).resolve('@fastify/swagger'),
)('yaml').parse;
// biome-ignore lint/suspicious/noExplicitAny: files of many shapes, whose parts are asserted
type Yaml = any;

const dockerfile = read('Dockerfile').replaceAll('\\\n', '');
const compose = parseYaml(read('compose.yaml'), { merge: true });
const services = Object.entries<Yaml>(compose.services);
const environmentExample = parseEnv(read('.env.example'));
const variables = Object.keys(SETTINGS);

/** What an npm script runs. An image gets its environment from what runs it, and not from a file, and has the web apps built. */
function startedBy(script: string): string[] {
  const command = /^exec (.+)$/.exec(
    packageJson.scripts[script].replace(/\$\(scripts\/node-flags\) | --build-apps/g, ''),
  )?.[1];
  const words = (command ?? '').split(' ');
  for (const path of words) assert.ok(exists(path), path);
  return words;
}

describe('scripts/start', () => {
  const run = (...args: string[]) =>
    execFileSync(join(PROJECT_DIRECTORY, 'scripts/start'), args, {
      env: { PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` },
      encoding: 'utf8',
    });

  test('sets what Node and malloc have to be started with, and hands its arguments on', () => {
    const shown = `[process.execArgv, process.argv.at(-1), process.env]`;
    const [flags, last, environment] = JSON.parse(
      run('--no-warnings', '--print', `JSON.stringify(${shown})`, 'an argument'),
    );
    assert.deepEqual(flags.slice(0, 3), [
      '--max-semi-space-size=24',
      '--heap-growing-percent=20',
      '--no-warnings',
    ]);
    assert.equal(last, 'an argument');
    assert.equal(environment.MALLOC_ARENA_MAX, '1');
    assert.equal(environment.MALLOC_MMAP_THRESHOLD_, '131072');
    assert.equal(environment.NODE_COMPILE_CACHE, 'node_modules/.cache/compiled');
  });

  test('is the only place of these settings', () => {
    for (const file of [
      'package.json',
      'Dockerfile',
      'compose.yaml',
      'bench/platform.ts',
      'torture/harness/platform.ts',
    ]) {
      assert.doesNotMatch(read(file), /semi-space|heap-growing|MALLOC_/, file);
    }
  });
});

describe('the image', () => {
  test('runs the Node that package.json pins', () => {
    const versions = [...dockerfile.matchAll(/^FROM node:([\d.]+)/gm)].map(([, version]) => version);
    assert.equal(versions.length, 3);
    for (const version of versions) assert.equal(version, packageJson.dependencies.node);
  });

  test('is made of files that are there and that .dockerignore lets through', () => {
    const allowed = read('.dockerignore').match(/(?<=^!).+/gm) ?? [];
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths]) =>
      (paths ?? '').split(' '),
    );
    assert.deepEqual([...new Set(copied)].sort(), [...allowed].sort());
    for (const path of copied) assert.ok(exists(path), path);
  });

  test('starts the program that `npm run up` starts, in the same way, not as root', () => {
    const [, command = '[]'] = /^CMD (\[.+\])$/m.exec(dockerfile) ?? [];
    assert.deepEqual(JSON.parse(command), startedBy('up'));
    assert.match(dockerfile, /^USER node$/m);
  });

  test('knows by its health check whether the platform lives', async () => {
    const [, command = '[]'] = /^HEALTHCHECK .*CMD (\[.+\])$/m.exec(dockerfile) ?? [];
    const [, ...args] = JSON.parse(command);
    const check = (port: number) =>
      new Promise((resolve) => {
        execFile(process.execPath, args, { env: { PORT: String(port) } }, (error) =>
          resolve(error?.code ?? 0),
        );
      });

    const url = await platform.server.listen({ port: 0, host: 'localhost' });
    assert.equal(await check(Number(new URL(url).port)), 0);
    assert.equal(await check(await freePort('localhost')), 1);
  });

  test('has compiled what it starts: no types are stripped in it', async () => {
    const [, command = ''] = /^RUN (for program in .+)$/m.exec(dockerfile) ?? [];
    const environment = {
      PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
      NODE_ENV: 'production',
      NODE_COMPILE_CACHE: join(process.env[SCRATCH_VARIABLE] ?? '', `compiled-${process.pid}`),
      // amaro is what Node strips types with.
      NODE_OPTIONS: `--import=data:text/javascript,process.on('exit',()=>console.log(process.moduleLoadList.join().includes('amaro')))`,
    };
    const build = async () => {
      const options = { cwd: PROJECT_DIRECTORY, env: environment };
      const { stdout } = await promisify(execFile)('sh', ['-c', command], options);
      return stdout.trim().split('\n');
    };

    assert.match(command, /scripts\/start src\/\$program\.ts/);
    assert.equal((await build())[0], 'true');
    assert.deepEqual(await build(), ['false', 'false']);
  });

  test('installs packages with the files that are there, without the workspaces of the project', async () => {
    const [, files = ''] = /^COPY (package\.json .+) \.\/$/m.exec(dockerfile) ?? [];
    const [, command = ''] = /^RUN (npm ci .+?)\s+&&/m.exec(dockerfile) ?? [];
    const folder = join(process.env[SCRATCH_VARIABLE] ?? '', `packages-${process.pid}`);
    mkdirSync(folder, { recursive: true });
    for (const file of files.split(' ')) cpSync(join(PROJECT_DIRECTORY, file), join(folder, file));
    const [program = '', ...args] = `${command} --dry-run --offline --loglevel=notice`.split(' ');
    const { stdout } = await promisify(execFile)(program, args, { cwd: folder });
    assert.match(stdout, /^add fastify /m);
    assert.doesNotMatch(stdout, /openapi-fetch|typescript/);
  });

  test('leaves out packages that are there to be left out', () => {
    const lock = JSON.parse(read('package-lock.json'));
    const removed = [...dockerfile.matchAll(/node_modules\/(?!\.bin)(@?[\w-]+)(?= |$)/gm)].map(
      ([, name]) => name,
    );
    assert.ok(removed.length >= 2);
    for (const name of removed) {
      assert.ok(
        Object.keys(lock.packages).some((path) => path.startsWith(`node_modules/${name}`)),
        `${name}`,
      );
    }
  });
});

describe('compose.yaml', () => {
  test('sets variables that the platform reads', () => {
    for (const [name, service] of services.filter(([, { image }]) => image === 'clicknback')) {
      for (const variable of Object.keys(service.environment)) {
        // Emptied, because the file of secrets holds it for another service.
        if (service.environment[variable] !== '')
          assert.ok(variables.includes(variable), `${name}: ${variable}`);
      }
    }
  });

  test('starts the worker as `npm run worker` does', () => {
    assert.deepEqual(compose.services.worker.command, startedBy('worker'));
  });

  test('starts a service when what it needs is healthy', () => {
    for (const [name, service] of services) {
      for (const [needed, { condition }] of Object.entries<Yaml>(service.depends_on ?? {})) {
        const { healthcheck, image, restart } = compose.services[needed];
        const isCommand = restart === 'no';
        assert.equal(
          condition,
          isCommand ? 'service_completed_successfully' : 'service_healthy',
          `${name} needs ${needed}`,
        );
        assert.ok(image === 'clicknback' || healthcheck !== undefined, `${needed} tells its health`);
      }
    }
  });

  test('gives the owner of the tables to the migration alone', () => {
    for (const [name, { image, environment }] of services.filter(([, { image }]) => image === 'clicknback')) {
      const text = JSON.stringify({ ...environment, image });
      assert.equal(text.includes('${DATABASE_OWNER_PASSWORD'), name === 'migrate', name);
      // The file of secrets holds them too.
      for (const secret of ['DATABASE_OWNER_PASSWORD', 'POSTGRES_PASSWORD'])
        assert.equal(environment[secret], '', `${name}: ${secret}`);
      if (name !== 'migrate') assert.ok('migrate' in compose.services[name].depends_on, name);
    }
  });

  test('mounts files and volumes that are there', () => {
    for (const [, { volumes = [] }] of services) {
      for (const [source] of volumes.map((volume: string) => volume.split(':'))) {
        assert.ok(source.startsWith('./') ? exists(source) : source in compose.volumes, source);
      }
    }
  });

  test('runs each service without root, capabilities and a writable file system', () => {
    for (const [name, service] of services) {
      assert.deepEqual(service.cap_drop, ['ALL'], name);
      assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
      assert.equal(service.read_only, true, name);
      // The image of the platform names its user itself.
      if (service.image !== 'clicknback') assert.ok(service.user && service.user !== 'root', name);
    }
  });

  test('names full versions of images', () => {
    for (const [name, { image }] of services) {
      if (image !== 'clicknback') assert.match(image, /^[a-z]+:\d+\.\d+/, name);
    }
  });

  test('opens nothing to the outside', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    assert.ok(ports.length > 0);
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:/);
  });
});

describe('the supply chain', () => {
  const workflow = read('.github/workflows/ci.yml');

  test('has actions by commit', () => {
    const actions = [...workflow.matchAll(/uses: (\S+)/g)].map(([, action]) => action ?? '');
    assert.ok(actions.length > 0);
    for (const action of actions) assert.match(action, /^[\w/-]+@[\da-f]{40}$/);
  });

  test('has a bill of materials, and takes no version of a package that is younger than a week', () => {
    assert.match(workflow, /run: npm sbom --sbom-format cyclonedx/);
    assert.match(read('.npmrc'), /^min-release-age=7$/m);
  });

  test('is searched for credentials, which are found and not printed', async () => {
    const folder = join(process.env[SCRATCH_VARIABLE] ?? '', `secrets-${process.pid}`);
    mkdirSync(folder, { recursive: true });
    execFileSync('git', ['init', '--quiet'], { cwd: folder });
    const script = join(PROJECT_DIRECTORY, 'scripts/check-secrets.ts');
    const search = () => spawnSync(process.execPath, [script], { cwd: folder, encoding: 'utf8' });
    writeFileSync(join(folder, 'clean.md'), 'postgres://user:password@host/db and JWT_KEYS=id:secret');
    assert.deepEqual([search().status, search().stderr], [0, '']);

    const secrets = [
      `JWT_KEYS=main:${randomBytes(32).toString('hex')}`,
      `whsec_${randomBytes(32).toString('base64')}`,
      `postgres://user:${randomBytes(24).toString('hex')}@host/db`,
      `-----BEGIN ${'PRIVATE KEY'}-----\n${randomBytes(32).toString('base64')}`,
    ];
    for (const secret of secrets) {
      writeFileSync(join(folder, 'leak.txt'), `first line\n${secret}\n`);
      const { status, stderr } = search();
      assert.equal(status, 1, secret);
      assert.match(stderr, /^leak\.txt:2 contains [^\n]+, or a text in its form\.\n$/);
      assert.ok(!stderr.includes(secret));
    }
  });
});

describe('.env.example', () => {
  test('names the variables of compose.yaml, and otherwise only those that the platform reads', () => {
    const asked = [...read('compose.yaml').matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name ?? '');
    assert.ok(asked.length > 0);
    for (const name of asked) assert.ok(name in environmentExample, name);
    for (const name of Object.keys(environmentExample)) {
      assert.ok(asked.includes(name) || variables.includes(name), name);
    }
  });

  test('becomes a .env for its owner alone, with secrets that production accepts, once', async () => {
    const folder = join(process.env[SCRATCH_VARIABLE] ?? '', `deployment-${process.pid}`);
    mkdirSync(folder, { recursive: true });
    for (const path of ['.env.example', 'deploy']) {
      cpSync(join(PROJECT_DIRECTORY, path), join(folder, path), { recursive: true });
    }
    const createEnv = () =>
      new Promise((resolve) => {
        execFile(join(folder, 'deploy/create-env'), (error) => resolve(error?.code ?? 0));
      });

    assert.equal(await createEnv(), 0);

    const made = readFileSync(join(folder, '.env'), 'utf8');
    const environment = parseEnv(made);
    assert.equal(statSync(join(folder, '.env')).mode & 0o777, 0o600);
    assert.deepEqual(Object.keys(environment), Object.keys(environmentExample));
    for (const [name, value] of Object.entries(environment)) assert.ok(value, name);
    assert.equal(readConfig({ ...environment, NODE_ENV: 'production' }).mode, 'production');
    for (const name of ['DATABASE_PASSWORD', 'DATABASE_OWNER_PASSWORD', 'POSTGRES_PASSWORD'])
      assert.match(environment[name] ?? '', /^\w{48}$/);

    assert.notEqual(await createEnv(), 0);
    assert.equal(readFileSync(join(folder, '.env'), 'utf8'), made);
  });

  test('is the only one that git would take', () => {
    assert.match(read('.gitignore'), /^\.env$/m);
  });
});

describe('the workflow of continuous integration', () => {
  test('runs programs that are there', () => {
    const { jobs } = parseYaml(read('.github/workflows/ci.yml'));
    const commands: string[] = Object.values<Yaml>(jobs).flatMap(({ steps }) =>
      steps.flatMap(({ run }: { run?: string }) => run ?? []),
    );
    const own = commands.filter((command) => /^[.\w]+\/[\w-]+$/.test(command));
    assert.ok(own.includes('.ci/run'));
    for (const path of own) accessSync(join(PROJECT_DIRECTORY, path), constants.X_OK);
  });
});
