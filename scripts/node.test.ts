import { execFile } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const repository = fileURLToPath(new URL('..', import.meta.url))

/** Stands in for npm: notes that it was called and lays a "Node" of the version asked for. */
const npm = (version: string) => `echo "$@" >> "$CALLS"
mkdir -p node_modules/.bin
printf '#!/bin/sh\\n[ "$1" = --version ] && echo ${version} && exit\\necho pinned "$@"\\n' > node_modules/.bin/node
chmod +x node_modules/.bin/node`

const node = (version: string) => `[ "$1" = --version ] && echo ${version} && exit\necho host "$@"`

let home: string
let checkout: string
let host: string

beforeEach(async () => {
  home = await mkdtemp(join(await realpath(tmpdir()), 'micro node '))
  checkout = join(home, 'check out')
  host = join(home, 'bin')
  for (const folder of ['scripts', 'toolchain', 'apps/micro/dist'])
    await mkdir(join(checkout, folder), { recursive: true })
  await mkdir(host)
  for (const file of ['micro', 'scripts/node.sh', 'scripts/with-node', 'toolchain/package-lock.json'])
    await copyFile(join(repository, file), join(checkout, file))
  await writeFile(join(checkout, 'apps/micro/dist/micro.js'), '')
  for (const hidden of ['node', 'npm']) await install(hidden, 'exit 127')
})

afterEach(() => rm(home, { recursive: true }))

const install = async (name: string, script: string): Promise<void> => {
  await writeFile(join(host, name), `#!/bin/sh\n${script}\n`)
  await chmod(join(host, name), 0o755)
}

/** Runs a script with the stand-ins before the system's own tools. */
const run = async (script: string, ...words: string[]) => {
  const env = { PATH: `${host}:/usr/bin:/bin`, CALLS: join(home, 'calls') }
  return await new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(script, words, { env }, (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }))
  })
}

const npmCalls = async (): Promise<string[]> =>
  (await readFile(join(home, 'calls'), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '')

describe('choosing Node', () => {
  for (const version of ['v22.18.0', 'v22.23.3', 'v24.2.0', 'v25.0.0', 'v26.10.0', 'v100.0.0'])
    test(`the host's ${version} is used and npm is not asked`, async () => {
      await install('node', node(version))
      await install('npm', 'exit 9')
      const { code, out } = await run(join(checkout, 'micro'), 'keys', 'create')
      expect([code, out]).toEqual([0, `host ${checkout}/apps/micro/dist/micro.js keys create\n`])
    })

  for (const version of ['v18.19.0', 'v20.20.2', 'v22.17.1', 'v23.11.0', 'v24.1.0'])
    test(`instead of the host's ${version} the pinned one is fetched, once`, async () => {
      await install('node', node(version))
      await install('npm', npm('v24.21.0'))
      const first = await run(join(checkout, 'micro'), 'version')
      expect([first.code, first.out]).toEqual([0, `pinned ${checkout}/apps/micro/dist/micro.js version\n`])
      expect(first.err.trim().split('\n')).toHaveLength(1)
      const second = await run(join(checkout, 'scripts/with-node'), 'node', 'x.ts')
      expect(second).toEqual({ code: 0, out: 'pinned x.ts\n', err: '' })
      expect(await npmCalls()).toEqual(['ci --ignore-scripts --loglevel=error'])
    })

  test('another pin is fetched again', async () => {
    await install('node', node('v20.20.2'))
    await install('npm', npm('v24.21.0'))
    await run(join(checkout, 'scripts/with-node'), 'true')
    await writeFile(join(checkout, 'toolchain/package-lock.json'), '{}')
    await run(join(checkout, 'scripts/with-node'), 'true')
    expect(await npmCalls()).toHaveLength(2)
  })

  const failures = [
    ['npm fails', 'v20.20.2', 'exit 1', 'npm could not fetch a newer one'],
    ['npm succeeds without laying a Node', 'v20.20.2', 'exit 0', 'npm brought no newer one'],
    ['the fetched Node is too old itself', 'v20.20.2', npm('v20.1.0'), 'npm brought no newer one'],
    ['Node is broken', 'oops', 'exit 1', 'npm could not fetch a newer one'],
  ] as const
  for (const [name, version, script, sentence] of failures)
    test(`when ${name}, one sentence says so and the next start tries again`, async () => {
      await install('node', node(version))
      await install('npm', script)
      const { code, out, err } = await run(join(checkout, 'micro'))
      expect([code, out]).toEqual([1, ''])
      expect(err.trim().split('\n').at(-1)).toMatch(
        `Node 22.18 or newer is needed, this machine has ${version} and ${sentence}`,
      )
      await install('npm', npm('v24.21.0'))
      expect((await run(join(checkout, 'micro'))).out).toMatch(/^pinned/)
    })

  test('without any Node, one sentence says what is needed', async () => {
    const { code, err } = await run(join(checkout, 'scripts/with-node'), 'true')
    expect([code, err]).toEqual([
      1,
      'micro: Node 22.18 or newer is needed, and there is none here. Get it from https://nodejs.org and run this again.\n',
    ])
  })
})

describe('./micro', () => {
  test('finds its checkout through symlinks of symlinks', async () => {
    await install('node', node('v24.2.0'))
    await symlink(join(checkout, 'micro'), join(home, 'first'))
    await symlink('first', join(home, 'second'))
    const { out } = await run(join(home, 'second'), 'a b', '')
    expect(out).toBe(`host ${checkout}/apps/micro/dist/micro.js a b \n`)
  })

  test('says how to build it when it is not built, and asks neither Node nor npm', async () => {
    await rm(join(checkout, 'apps'), { recursive: true })
    await install('npm', 'exit 9')
    const { code, err } = await run(join(checkout, 'micro'), 'up')
    expect([code, err]).toEqual([
      1,
      `micro: the command line is not built yet; run "make build" in ${checkout} first.\n`,
    ])
  })

  test('gives its place to Node, so that signals reach it and its exit code is passed on', async () => {
    await install('node', '[ "$1" = --version ] && echo v24.2.0 && exit\necho $$\nkill -TERM $$')
    const env = { PATH: `${host}:/usr/bin:/bin` }
    const ended = await new Promise<{ pid: number | undefined; signal: string | null; out: string }>((resolve) => {
      const child = execFile(join(checkout, 'micro'), { env }, (error, out) =>
        resolve({ pid: child.pid, signal: error?.signal ?? null, out }),
      )
    })
    expect(ended).toEqual({ pid: ended.pid, signal: 'SIGTERM', out: `${ended.pid}\n` })
  })
})
