import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCli } from '../../cli.fixture.ts'
import { bodyOf, ledgerGateway, ok } from '../ledger.fixture.ts'

let home: TemporaryDirectory
beforeAll(async () => {
  home = await temporaryDirectory()
})
afterAll(() => home.remove())

interface Sent {
  transactions: { reference_id?: unknown }[]
  atomic: boolean
}

/** A ledger that keeps references, and refuses what is called so. */
const bookkeeper = async (onBulk = () => {}) => {
  const kept = new Set<unknown>()
  const bulks: Sent[] = []
  const gateway = await ledgerGateway({
    'POST /ledger/transactions/bulk': (seen) => {
      const sent = bodyOf(seen) as unknown as Sent
      bulks.push(sent)
      onBulk()
      const bad = sent.transactions.findIndex(({ reference_id: id }) => id === 'bad')
      const message = `Invalid transactions[${bad}][entries][0][amount]: it is wrong.`
      const error = {
        type: 'invalid_request_error',
        code: 'entry_zero',
        message,
        param: `transactions[${bad}][entries]`,
      }
      if (sent.atomic && bad >= 0) return { status: 400, body: { error } }
      const results = sent.transactions.map(({ reference_id: id }, index) => {
        if (index === bad) return { index, status: 'refused', error }
        if (id === 'beside') return { index, status: 'not_recorded', because_of: bad }
        const status = kept.has(id) ? 'exists' : 'recorded'
        kept.add(id)
        return { index, status }
      })
      return ok({ object: 'ledger.bulk', atomic: sent.atomic, results })
    },
  })
  return { ...gateway, bulks, kept }
}

const linesOf = (references: readonly string[]): string =>
  references.map((reference_id) => `${JSON.stringify({ reference_id, entries: [] })}\n`).join('')

const fileOf = async (name: string, text: string): Promise<string> => {
  const path = join(home.path, name)
  await writeFile(path, text)
  return path
}

test('a file is recorded in bulks of 8,000, in order, and a second run records nothing twice', async () => {
  await using gateway = await bookkeeper()
  const references = Array.from({ length: 8_001 }, (_, at) => `t${at}`)
  const file = await fileOf('many.ndjson', linesOf(references))
  expect(await gateway.ledger(['import', file])).toEqual({
    code: 0,
    stdout: '8,001 recorded, 0 recorded before, 0 refused.\n',
    stderr: '',
  })
  expect(gateway.bulks.map(({ transactions }) => transactions.length)).toEqual([8_000, 1])
  expect(gateway.bulks.flatMap(({ transactions }) => transactions.map((each) => each.reference_id))).toEqual(references)
  expect((await gateway.ledger(['import', file])).stdout).toBe('0 recorded, 8,001 recorded before, 0 refused.\n')
})

test('what is refused is named by its line in the file, and the exit code is 1', async () => {
  await using gateway = await bookkeeper()
  const input = `\n${linesOf(['a', 'bad', 'beside'])}`
  expect(await gateway.ledger(['import', '-'], { input })).toEqual({
    code: 1,
    stdout: [
      'Line 3 bad: entry_zero: Invalid entries[0][amount]: it is wrong.',
      'Line 4 beside: line 3 of its group was refused',
      '1 recorded, 0 recorded before, 2 refused.\n',
    ].join('\n'),
    stderr: 'Error: 2 of 3 transactions were not recorded.\n',
  })
  const told = await gateway.ledger(['import', '-', '--json'], { input })
  expect([told.code, JSON.parse(told.stdout)]).toEqual([
    1,
    {
      recorded: 0,
      exists: 1,
      refused: [
        expect.objectContaining({ line: 3, reference_id: 'bad', status: 'refused', code: 'entry_zero' }),
        expect.objectContaining({ line: 4, reference_id: 'beside', status: 'not_recorded' }),
      ],
    },
  ])
})

test('with --atomic all goes in one request, or nothing', async () => {
  await using gateway = await bookkeeper()
  const input = `\n${linesOf(['a', 'bad'])}`
  expect(await gateway.ledger(['import', '-', '--atomic'], { input })).toEqual({
    code: 1,
    stdout: '',
    stderr: 'Error: Nothing was recorded. Line 3: Invalid entries[0][amount]: it is wrong.\n',
  })
  expect((await gateway.ledger(['import', '-', '--atomic'], { input: linesOf(['a', 'b']) })).stdout).toContain(
    '2 recorded',
  )
  const many = linesOf(Array.from({ length: 8_001 }, (_, at) => `t${at}`))
  const tooMany = await gateway.ledger(['import', '-', '--atomic'], { input: many })
  expect([tooMany.code, tooMany.stderr]).toEqual([2, expect.stringContaining('up to 8,000 lines and 4 MiB')])
  expect([...gateway.kept]).toEqual(['a', 'b'])
  expect(gateway.bulks.map(({ atomic }) => atomic)).toEqual([true, true])
})

test('amounts arrive digit by digit, however large', async () => {
  await using gateway = await bookkeeper()
  const input = '{"reference_id":"a","entries":[{"account_id":"x","amount":-123456789012345678901}]}'
  await gateway.ledger(['import', '-'], { input })
  expect(gateway.bulks[0]?.transactions[0]).toMatchObject({ entries: [{ amount: '-123456789012345678901' }] })
})

test('a line that is no JSON ends it before its bulk is sent, and what is settled is told', async () => {
  await using gateway = await bookkeeper()
  const early = await gateway.ledger(['import', '-'], { input: `${linesOf(['a'])}{nope\n` })
  expect([early.code, early.stderr]).toEqual([
    1,
    'Error: Line 2: it is not valid JSON. Mend it, then run the same command again.\n',
  ])
  expect(gateway.bulks).toEqual([])
  const later = linesOf(Array.from({ length: 8_001 }, (_, at) => `t${at}`))
  const late = await gateway.ledger(['import', '-'], { input: `${later}{nope\n` })
  expect(late.stderr).toContain('Line 8002: it is not valid JSON.')
  expect(late.stderr).toContain('Lines up to 8000 are settled; run the same command again to go on')
  expect(gateway.kept.size).toBe(8_000)
})

test('an export of a whole ledger is told apart by its first line, and nothing of it is sent', async () => {
  await using gateway = await bookkeeper()
  const file = await fileOf('export.ndjson', '{"object":"ledger.export","version":1}\n')
  const { code, stderr } = await gateway.ledger(['import', file])
  expect([code, gateway.bulks]).toEqual([2, []])
  expect(stderr).toContain(`micro import-ledger ${file} --merchant acct_`)
})

test('a file that is not there, and an empty one', async () => {
  await using gateway = await bookkeeper()
  expect((await gateway.ledger(['import', '/nonexistent/x'])).stderr).toBe(
    'Error: /nonexistent/x cannot be read: there is no such file.\n',
  )
  expect((await gateway.ledger(['import', '-'])).stdout).toBe('0 recorded, 0 recorded before, 0 refused.\n')
})

test('progress is for people at a terminal alone, and is taken away again', async () => {
  await using gateway = await bookkeeper()
  const { stderr, stdout } = await gateway.ledger(['import', '-'], { input: linesOf(['a']), terminal: true })
  expect(stdout).toBe('1 recorded, 0 recorded before, 0 refused.\n')
  expect(stderr).toMatch(/^\rImporting… line 1, 1 recorded\r +\r$/)
})

test('Ctrl-C ends it after the request under way, and tells what is settled', async () => {
  const stop: { now?: () => void } = {}
  await using gateway = await bookkeeper(() => {
    stop.now?.()
    delete stop.now
  })
  const file = await fileOf('long.ndjson', linesOf(Array.from({ length: 80_000 }, (_, at) => `t${at}`)))
  const env = { MICRO_API_KEY: 'sk_test_x', MICRO_GATEWAY_URL: gateway.url }
  const { child, finished } = startCli(['ledger', 'import', file], { home: home.path, env })
  stop.now = () => void child.kill('SIGINT')
  const { code, stdout, stderr } = await finished
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toBe(
    `Error: Interrupted; lines up to ${gateway.kept.size} are settled. Run the same command again to go on, what is recorded is not recorded twice.\n`,
  )
  expect(gateway.kept.size).toBeLessThan(80_000)
})
