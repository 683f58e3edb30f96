import { describe, expect, test } from 'vitest'
import { ledgerGateway, ok } from '../ledger.fixture.ts'

const walked = {
  checked: 2_000,
  of: 2_000,
  entries: 4_000,
  accounts: 3,
  checkpoints: 0,
  first_bad_seq: null,
  livemode: false,
}
const progress = { object: 'ledger.verification_progress', ...walked, checked: 1_000, entries: 0, accounts: 0 }
const sound = { object: 'ledger.verification', status: 'sound', ...walked, hash: 'ab'.repeat(32), problems: [] }
const problem = {
  code: 'wrong_hash',
  message: 'the hash is not that of its content',
  seq: 17,
  account_id: null,
  found: 2,
}
const wrong = { ...sound, status: 'wrong', first_bad_seq: 17, problems: [problem] }

const verifier = (...lines: object[]) =>
  ledgerGateway({ 'GET /ledger/verify': () => ok(lines.map((line) => `${JSON.stringify(line)}\n`).join('')) })

test('a sound ledger is said to be sound, with progress for people at a terminal', async () => {
  await using gateway = await verifier(progress, sound)
  expect(await gateway.ledger(['verify'], { terminal: true })).toEqual({
    code: 0,
    stdout: `2,000 transactions derived anew, 3 accounts added up.\nHash ${'ab'.repeat(32)}\nThe ledger is sound.\n`,
    stderr: expect.stringMatching(/^\rVerifying… 1,000 of 2,000 transactions\r +\r$/) as string,
  })
  expect(gateway.seen[0]?.headers.accept).toBe('application/x-ndjson')
  expect((await gateway.ledger(['verify'])).stderr).toBe('')
})

test('a wrong one ends with 1 and names the first bad seq, drawn and as JSON', async () => {
  await using gateway = await verifier(progress, wrong)
  const drawn = await gateway.ledger(['verify'])
  expect([drawn.code, drawn.stderr]).toEqual([1, 'Error: The ledger is wrong. The first bad transaction is seq 17.\n'])
  expect(drawn.stdout).toContain('At seq 17: wrong_hash: the hash is not that of its content (and 1 more place)\n')
  expect(drawn.stdout).not.toContain('sound')
  const told = await gateway.ledger(['verify', '--json'])
  expect([told.code, JSON.parse(told.stdout)]).toEqual([1, wrong])
})

describe('nothing but a whole and sound result is a success', () => {
  for (const [name, lines, want = 1] of [
    ['cut off before the result', [progress], 6],
    ['no line at all', [], 6],
    ['an error in its middle', [progress, { error: { type: 'api_error', message: 'It ended.' } }], 6],
    ['sound, yet with a problem', [{ ...sound, problems: [problem] }]],
    ['sound, yet not to its end', [{ ...sound, checked: 1_999 }]],
    ['wrong, with no place', [{ ...wrong, first_bad_seq: null }]],
  ] as const)
    test(name, async () => {
      await using gateway = await verifier(...lines)
      const { code, stdout, stderr } = await gateway.ledger(['verify'])
      expect([code, stdout.includes('is sound')]).toEqual([want, false])
      expect(stderr).toMatch(/^Error: [^\n]+\n$/)
    })
})

describe('a checkpoint is taken from a file as it was kept', () => {
  for (const [name, input] of [
    ['its token', 'ey.new.sig\n'],
    ['as JSON', '{\n  "object": "ledger.checkpoint",\n  "token": "ey.new.sig"\n}\n'],
    ['many tokens', 'ey.old.sig\ney.new.sig\n'],
    ['many as JSON', '{"token":"ey.old.sig"}\n{"token":"ey.new.sig"}\n\n'],
  ] as const)
    test(name, async () => {
      await using gateway = await verifier(sound)
      expect((await gateway.ledger(['verify', '--checkpoint', '-'], { input })).code).toBe(0)
      expect(gateway.seen[0]?.path).toBe('/ledger/verify?checkpoint=ey.new.sig')
    })

  test('a file without one verifies nothing', async () => {
    await using gateway = await verifier(sound)
    for (const input of ['', 'no token', '{"token": 5}', 'null'])
      expect((await gateway.ledger(['verify', '--checkpoint', '-'], { input })).stderr).toContain('holds no checkpoint')
    expect(gateway.seen).toEqual([])
  })
})

test('checkpoint prints the token alone on standard output', async () => {
  await using gateway = await ledgerGateway({ 'POST /ledger/checkpoints': () => ok({ seq: 7, token: 'ey.new.sig' }) })
  const { code, stdout, stderr } = await gateway.ledger(['checkpoint'])
  expect([code, stdout, stderr]).toEqual([0, 'ey.new.sig\n', expect.stringContaining('Signed seq 7')])
})
