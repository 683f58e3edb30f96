import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from './cli.fixture.ts'
import { readEnvironment } from './config.ts'
import { createProgram } from './program.ts'
import { run } from './run.ts'

let home: TemporaryDirectory
beforeAll(async () => {
  home = await temporaryDirectory()
})
afterAll(() => home.remove())

/** The program in this process: quick, for what needs no process of its own. */
const inProcess = async (...args: string[]) => {
  let stdout = ''
  let stderr = ''
  const code = await run(args, {
    environment: readEnvironment({}),
    stdin: process.stdin,
    clock: { now: () => new Date(0) },
    version: '1.2.3',
    programUrl: import.meta.url,
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  })
  return { code, stdout, stderr }
}

const program = () =>
  createProgram({
    environment: readEnvironment({}),
    stdin: process.stdin,
    clock: { now: () => new Date(0) },
    version: '1.2.3',
    programUrl: import.meta.url,
    stdout: { write: () => {} },
    stderr: { write: () => {} },
  })

/** Every command there is that does something by itself, as one types it: `ledger accounts list`. */
const commandsOf = (command: Command, path = ''): string[] =>
  command.commands.length === 0
    ? [path]
    : command.commands.flatMap((each) => commandsOf(each, `${path} ${each.name()}`.trim()))

/** Every command that only holds others; those that do something by themselves, too, are not among them. */
const groupsOf = (command: Command, path = ''): string[] =>
  command.commands.flatMap((each) =>
    each.commands.length === 0
      ? []
      : [
          ...(['balance', 'clock'].includes(each.name()) ? [] : [`${path} ${each.name()}`.trim()]),
          ...groupsOf(each, `${path} ${each.name()}`.trim()),
        ],
  )

const sectionsOf = (help: string) => help.split('\n').filter((line) => /^\S.{3,30}:$/.test(line))

describe('help has the shape of Cobra', () => {
  test('the program itself: grouped commands, flags, and where to go on', async () => {
    const { code, stdout, stderr } = await inProcess('--help')
    expect([code, stderr]).toEqual([0, ''])
    expect(sectionsOf(stdout)).toEqual([
      'Usage:',
      'Examples:',
      'Core commands:',
      'Account commands:',
      'Payment commands:',
      'Ledger commands:',
      'Webhook commands:',
      'API commands:',
      'Operator commands:',
      'Other commands:',
      'Flags:',
    ])
    expect(stdout).toContain('Use "micro [command] --help" for more information about a command.')
    expect((await inProcess()).stdout).toBe(stdout)
    expect((await inProcess('help')).stdout).toBe(stdout)
  })

  for (const command of commandsOf(program()))
    test(`micro ${command}: usage, examples, flags and global flags`, async () => {
      const { code, stdout } = await inProcess(...command.split(' '), '--help')
      expect(code).toBe(0)
      expect(sectionsOf(stdout).filter((title) => title !== 'Events:')).toEqual([
        'Usage:',
        'Examples:',
        'Flags:',
        'Global Flags:',
      ])
      expect(stdout.slice(stdout.indexOf('Examples:'))).toMatch(new RegExp(`^  .*micro ${command}`, 'm'))
      expect(stdout).toMatch(/\n {2}-h, --help {2,}show help\n/)
    })

  test('a flag tells its choices and whether it must be given', async () => {
    const { stdout } = await inProcess('ledger', 'accounts', 'create', '--help')
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'what kind of account it is: asset, liability, equity, revenue, expense (required)',
    )
  })

  test('no line but an example is longer than 100 characters, and flags stay one below the other', async () => {
    const { stdout } = await inProcess('ledger', 'transactions', 'record', '--help')
    const lines = stdout.split('\n').filter((line) => !line.startsWith('  micro '))
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100)
    expect(lines.filter((line) => line.startsWith('   ')).every((line) => /^ {6}--|^ {20,}\S/.test(line))).toBe(true)
  })

  for (const group of groupsOf(program()))
    test(`micro ${group} alone shows its help and succeeds`, async () => {
      const { code, stdout } = await inProcess(...group.split(' '))
      expect(code).toBe(0)
      expect(stdout).toContain(`Use "micro ${group} [command] --help"`)
    })
})

describe('a misused command ends with 2, one sentence on standard error and nothing on standard output', () => {
  for (const [args, message] of [
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['lisen'], 'Did you mean listen?'],
    [['keys', 'frobnicate'], "unknown command 'frobnicate'"],
    [['listen', '--frobnicate'], "unknown option '--frobnicate'"],
    [['listen', 'extra'], 'too many arguments'],
    [['trigger'], "missing required argument 'event'"],
    [['trigger', 'payment_intent.succeded'], 'Did you mean payment_intent.succeeded?'],
    [['trigger', 'constructor'], "There is no trigger 'constructor'"],
    [['listen', '--forward-to', 'ftp://x'], '--forward-to must be an address'],
    [['listen', '--events', 'nope'], "There is no event type 'nope'"],
    [['keys', 'create', '--environment', 'prod'], 'Allowed choices are test, live'],
    [['keys', 'create', '--scopes', 'payment:read'], 'Did you mean payments:read?'],
    [['keys', 'create', '--expires-in', 'soon'], 'such as 90m, 24h, 30d'],
    [['keys', 'roll', 'key_1', '--expires-in', '30'], 'such as 90m, 24h, 30d'],
    [['up', '--port', '70000'], 'from 0 to 65535'],
    [['db', 'url', 'ladger'], 'Did you mean ledger?'],
    [['whoami', '--gateway-url', 'nonsense'], 'The gateway URL must look like'],
    [['login', '--email', 'a@b.c'], 'There is no terminal to ask on'],
  ] as const)
    test(`micro ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await inProcess(...args, '--config', join(home.path, 'none.yaml'))
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toContain(message)
      expect(stderr).toMatch(/^Error: /)
    })
})

describe('a misused command points at its own help', () => {
  for (const [args, command] of [
    [['frobnicate'], 'micro'],
    [['keys', 'frobnicate'], 'micro keys'],
    [['listen', '--frobnicate'], 'micro listen'],
    [['up', '--port', '70000'], 'micro up'],
    [['trigger'], 'micro trigger'],
    [['db', 'url'], 'micro db url'],
    [['ledger', 'acounts'], 'micro ledger'],
    [['ledger', 'statement'], 'micro ledger statement'],
  ] as const)
    test(`micro ${args.join(' ')}`, async () =>
      expect((await inProcess(...args)).stderr).toMatch(new RegExp(`\\nRun '${command} --help' for usage\\.\\n$`)))
})

test('version, in words and as JSON', async () => {
  expect(await inProcess('version')).toMatchObject({ code: 0, stdout: 'micro 1.2.3\n' })
  expect(await inProcess('--version')).toMatchObject({ code: 0, stdout: 'micro 1.2.3\n' })
  expect(JSON.parse((await inProcess('version', '--json')).stdout)).toMatchObject({ version: '1.2.3' })
})

describe('as a process', () => {
  test('the exit code is the outcome', async () => {
    expect((await runCli(['version'], { home: home.path })).code).toBe(0)
    expect((await runCli(['frobnicate'], { home: home.path })).code).toBe(2)
    const { code, stdout, stderr } = await runCli(['whoami'], { home: home.path })
    expect([code, stdout]).toEqual([3, ''])
    expect(stderr).toBe(
      'Error: There is no API key to use. Log in with: micro login, or give one as --api-key or MICRO_API_KEY.\n',
    )
  })

  test('settings come from the environment, and MICRO_CONFIG names the file', async () => {
    const file = join(home.path, 'elsewhere.yaml')
    await writeFile(file, 'api_key: sk_test_file\n', { mode: 0o600 })
    const secretOf = async (env: Record<string, string>) =>
      (await runCli(['listen', '--print-secret'], { home: home.path, env })).stdout
    const fromFile = await secretOf({ MICRO_CONFIG: file })
    expect(fromFile).toMatch(/^whsec_[0-9a-f]{64}\n$/)
    expect(await secretOf({ MICRO_API_KEY: 'sk_test_file' })).toBe(fromFile)
    expect(await secretOf({ MICRO_CONFIG: file, MICRO_API_KEY: 'sk_test_env' })).not.toBe(fromFile)
    expect(await readFile(file, 'utf8')).toBe('api_key: sk_test_file\n')
    await rm(file)
  })
})
