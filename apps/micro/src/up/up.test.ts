import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { eventually, temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startProgram, type Running } from '../cli.fixture.ts'

/** Stands in for the platform: tells what it got, and ends as it is told to. */
const platform = `
  console.log('args ' + JSON.stringify(process.argv.slice(2)))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => { console.log('got ' + signal); if (signal !== 'SIGHUP') setTimeout(() => process.exit(7), 100) })
  process.on('disconnect', () => { require('node:fs').writeFileSync(__dirname + '/orphaned', String(process.pid)); process.exit(0) })
  setInterval(() => {}, 1000)
  console.log('up ' + process.pid)
`
const runModule = new URL('../run.ts', import.meta.url).href

let home: TemporaryDirectory
let running: Running | undefined
beforeEach(async () => {
  home = await temporaryDirectory()
})
afterEach(async () => {
  running?.child.kill('SIGKILL')
  running = undefined
  await home.remove()
})

/** A CLI that believes to lie beside the stand-in. */
const startUp = async (args: readonly string[] = [], code: string | undefined = platform) => {
  const folder = join(home.path, 'apps/embedded/dist')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}')
  if (code !== '') await writeFile(join(folder, 'main.js'), code)
  const driver = join(home.path, 'driver.mjs')
  const programUrl = pathToFileURL(join(home.path, 'apps/micro/dist/micro.js')).href
  await writeFile(
    driver,
    `import { run } from ${JSON.stringify(runModule)}
     const { stdin, stdout, stderr } = process
     const environment = { apiKey: undefined, gatewayUrl: undefined, settingsPath: undefined, colour: false, inherited: {} }
     process.exitCode = await run(process.argv.slice(2), {
       environment, stdin, stdout, stderr, clock: { now: () => new Date() }, version: '0', programUrl: ${JSON.stringify(programUrl)},
     })`,
  )
  running = startProgram([driver, 'up', ...args], { home: home.path, detached: true })
  return running
}

test('flags reach the platform, and its exit code is ours', async () => {
  const cli = await startUp(
    ['--port', '0', '--data-dir', '/data', '--ephemeral'],
    'console.log(JSON.stringify(process.argv.slice(2))); process.exit(3)',
  )
  const { code, stdout } = await cli.finished
  expect(code).toBe(3)
  expect(JSON.parse(stdout)).toEqual(['--port', '0', '--host', '127.0.0.1', '--data-dir', '/data', '--ephemeral'])
})

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  test(`${signal} is passed on once, also when a terminal sends it to the whole process group; then its exit code is ours`, async () => {
    const cli = await startUp()
    await cli.says(/up \d+\n/)
    process.kill(-(cli.child.pid ?? 0), signal)
    const { code, stdout } = await cli.finished
    expect(code).toBe(7)
    expect(stdout.match(/got /g)).toHaveLength(1)
    expect(stdout).toContain(`got ${signal}`)
  })

test('SIGHUP is passed on, and a platform that outlives it keeps us waiting', async () => {
  const cli = await startUp()
  await cli.says(/up \d+\n/)
  cli.child.kill('SIGHUP')
  await cli.says('got SIGHUP')
  expect(cli.child.exitCode).toBe(null)
  cli.child.kill('SIGTERM')
  expect((await cli.finished).code).toBe(7)
})

test('when we are killed the platform notices', async () => {
  const cli = await startUp()
  await cli.says(/up \d+\n/)
  const pid = Number(/up (\d+)/.exec(cli.stdout())?.[1])
  cli.child.kill('SIGKILL')
  await eventually(() => {
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })
})

test('a platform that dies of a signal gives 128 and its number', async () => {
  const { code } = await (await startUp([], "process.kill(process.pid, 'SIGKILL')")).finished
  expect(code).toBe(137)
})

test('a platform that is not built is one sentence', async () => {
  const { code, stderr } = await (await startUp([], '')).finished
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Error: The platform is not built: .* Run: make build\n$/)
})
