import { describe, expect, test } from 'vitest'
import { printed } from './tidy/complaint.ts'
import { tidy } from './tidy.ts'

const manifest = (name: string, ...dependencies: string[]): string =>
  JSON.stringify({
    name: `@micro/${name}`,
    exports: { '.': './src/index.ts' },
    dependencies: Object.fromEntries(dependencies.map((each) => [`@micro/${each}`, '*'])),
  })

const all = ['kernel', 'contracts', 'postgres', 'bus', 'service', 'signing', 'client']

const house = {
  ...Object.fromEntries([...all, 'testing'].map((name) => [`packages/${name}/package.json`, manifest(name, ...all)])),
  'services/payments/package.json': manifest('payments', ...all, 'ledger', 'testing'),
  'services/ledger/package.json': manifest('ledger', 'kernel', 'contracts'),
  'apps/micro/package.json': manifest('cli', ...all, 'ledger'),
  'apps/embedded/package.json': manifest('embedded', ...all, 'ledger'),
  'services/payments/src/refund/refund.ts': '',
  'services/payments/src/refund/refund.store.ts': '',
}

/** `file:line rule` of every complaint about a tidy house with these files put in. */
const complaints = (files: Record<string, string>): string[] =>
  tidy(new Map(Object.entries({ ...house, ...files }))).map(({ file, line, rule }) => `${file}:${line} ${rule}`)

const rulesOf = (file: string, text: string): string[] =>
  complaints({ [file]: text }).map((complaint) => complaint.replace(/^.*:/, ''))

const feature = 'services/payments/src/refund/refund.ts'
const store = 'services/payments/src/refund/refund.store.ts'
const http = 'services/payments/src/refund/refund.http.ts'
const worker = 'services/payments/src/refund/worker.ts'

test('a tidy house has no complaints', () => expect(complaints({})).toEqual([]))

test('a complaint names file, line, rule and how to mend it', () => {
  const [complaint] = tidy(new Map([['packages/bus/src/x.ts', 'const a = 1\n\nconst b = Math.random()\n']]))
  expect(complaint && printed(complaint)).toBe(
    'packages/bus/src/x.ts:3  effects: Math.random outside packages/kernel\n' +
      '    Take a clock or newId as a dependency; kernel has helpers to parse, shift and print dates.',
  )
})

describe('rooms', () => {
  const table = [
    ['packages/kernel/src/x.ts', [], ['contracts', 'postgres']],
    ['packages/contracts/src/x.ts', ['kernel'], ['postgres', 'client']],
    ['packages/signing/src/x.ts', ['kernel'], ['contracts']],
    ['packages/client/src/x.ts', ['kernel', 'contracts'], ['service', 'signing']],
    ['packages/service/src/x.ts', ['kernel', 'contracts', 'postgres', 'bus', 'signing'], ['client', 'ledger']],
    ['services/payments/src/x.ts', all, ['ledger']],
    ['apps/micro/src/x.ts', ['client', 'contracts', 'signing', 'kernel'], ['ledger', 'postgres', 'service', 'bus']],
    ['apps/embedded/src/x.ts', [...all, 'ledger'], ['cli']],
  ] as const
  for (const [file, allowed, refused] of table) {
    for (const name of allowed)
      test(`${file} may import ${name}`, () => expect(rulesOf(file, `import { a } from '@micro/${name}'`)).toEqual([]))
    for (const name of refused)
      test(`${file} may not import ${name}`, () =>
        expect(rulesOf(file, `import { a } from '@micro/${name}'`)).toEqual(['1 rooms']))
  }

  test('tests, scripts and benches may import anything', () => {
    for (const file of [
      'tests/e2e/x.test.ts',
      'scripts/x.ts',
      'bench/x.ts',
      'packages/testing/src/x.ts',
      'packages/kernel/src/x.test.ts',
      'packages/bus/src/conformance.ts',
      'services/payments/src/testing/x.ts',
      'services/payments/tests/x.ts',
      'services/payments/src/x.fixture.ts',
    ])
      expect(rulesOf(file, "import { a } from '@micro/ledger'\nimport { b } from '@micro/testing'")).toEqual([])
  })

  test('types, re-exports, dynamic and bare imports count too', () => {
    const forms = [
      "import type { A } from '@micro/ledger'",
      "import {\n  type A,\n} from '@micro/ledger'",
      "export * from '@micro/ledger'",
      "export { a } from '@micro/ledger'",
      "const a = await import('@micro/ledger')",
      "import '@micro/ledger'",
      'import A, * as B from "@micro/ledger"',
    ]
    for (const form of forms) expect(rulesOf('services/payments/src/x.ts', form).join()).toMatch(/^\d rooms$/)
  })
})

describe('imports', () => {
  const table = [
    ['reaching inside a package', "import { a } from '@micro/kernel/src/money.ts'", '1 deep'],
    ['a package that does not exist', "import { a } from '@micro/wallet'", '1 walls'],
    ['climbing out of the room', "import { a } from '../../../packages/kernel/src/money.ts'", '1 walls'],
    ['a relative import without extension', "import { a } from './money'", '1 extension'],
    ['what is only for tests', "import { a } from '@micro/testing'", '1 tests'],
    ['the test runner', "import { a } from 'vitest'", '1 tests'],
    ['a test', "import { a } from './money.test.ts'", '1 tests'],
    ['a script', "import { a } from '../../../scripts/tidy.ts'", '1 walls'],
  ] as const
  for (const [name, text, want] of table)
    test(`${name} is refused`, () => expect(rulesOf('services/payments/src/x.ts', text)).toContain(want))

  test('a package must be declared by the room that imports it', () => {
    const text = "import { a } from '@micro/signing'"
    expect(rulesOf('services/ledger/src/x.ts', text)).toEqual(['1 declared'])
    expect(rulesOf('services/ledger/src/x.test.ts', text)).toEqual([])
  })
})

describe('layers in a service', () => {
  const table = [
    [http, './refund.store.ts', []],
    [http, './refund.events.ts', []],
    [store, './refund.ts', []],
    [store, './other.store.ts', []],
    [store, './refund.http.ts', ['1 layers']],
    [store, './refund.events.ts', ['1 layers']],
    [feature, '../charge/charge.ts', []],
    [feature, './refund.store.ts', ['1 layers']],
    [feature, './refund.http.ts', ['1 layers']],
    [worker, './refund.store.ts', []],
    ['services/payments/src/service.ts', './refund/refund.http.ts', []],
    ['services/payments/src/refund/refund.test.ts', './refund.http.ts', []],
  ] as const
  for (const [file, specifier, want] of table)
    test(`${file} importing ${specifier}: ${want.join() || 'fine'}`, () =>
      expect(rulesOf(file, `import { a } from '${specifier}'`)).toEqual(want))
})

describe('a feature file is pure', () => {
  for (const specifier of ['@micro/kernel', '@micro/contracts', './sibling.ts'])
    test(`importing ${specifier} is fine`, () =>
      expect(rulesOf(feature, `import { a } from '${specifier}'`)).toEqual([]))

  for (const specifier of ['@micro/postgres', '@micro/bus', 'node:fs', 'node:crypto', 'fastify'])
    test(`importing ${specifier} is refused`, () =>
      expect(rulesOf(feature, `import { a } from '${specifier}'`)).toEqual(['1 pure']))

  test('hashing is as pure as adding, but randomness is not', () => {
    expect(rulesOf(feature, "import { createHash, createHmac } from 'node:crypto'")).toEqual([])
    expect(rulesOf(feature, "import { createHash, randomUUID } from 'node:crypto'")).toEqual(['1 pure'])
  })

  test('also in what it imports, however far', () => {
    const files = {
      [feature]: "import { a } from './near.ts'",
      'services/payments/src/refund/near.ts': "import { a } from '../far/far.ts'",
      'services/payments/src/far/far.ts': "import { readFile } from 'node:fs'",
    }
    expect(complaints(files)).toEqual(['services/payments/src/far/far.ts:1 pure'])
  })

  test('but nothing is asked of a file that stands alone', () =>
    expect(rulesOf(worker, "import { a } from '@micro/postgres'")).toEqual([]))
})

describe('effects', () => {
  const file = 'services/payments/src/x.ts'
  const table = [
    ['const a = process.env.PORT', '1 environment'],
    ['const a = process.env', '1 environment'],
    ['const a = Date.now()', '1 effects'],
    ['const a = new Date()', '1 effects'],
    ['const a = new Date(7)', '1 effects'],
    ['const a = Date()', '1 effects'],
    ['const a = Math.random()', '1 effects'],
    ['const a = `${Math.random()}`', '1 effects'],
    ['const a = `${`${{ b: Math.random() }}`}`', '1 effects'],
    ['const a = b / 2; const c = Math.random() / 2', '1 effects'],
  ] as const
  for (const [text, want] of table) test(`${text} is refused`, () => expect(rulesOf(file, text)).toEqual([want]))

  const harmless = [
    '// new Date() would be the machine’s',
    '/* Date.now() */',
    "const a = 'Date.now()'",
    'const a = `Math.random() ${b} process.env`',
    'const a = /Date.now() "/; const b = 1',
    'const a: Date = clock.now()',
    'const a = b instanceof Date',
    'const a = newDate(1)',
    'const a = process.environment',
  ]
  for (const text of harmless) test(`${text} is fine`, () => expect(rulesOf(file, text)).toEqual([]))

  test('have their places: config.ts, the kernel, tests', () => {
    expect(rulesOf('services/payments/src/config.ts', 'readConfig(process.env)')).toEqual([])
    expect(rulesOf('packages/kernel/src/clock.ts', 'new Date(Date.now())')).toEqual([])
    expect(rulesOf('packages/kernel/src/clock.ts', 'process.env')).toEqual(['1 environment'])
    expect(rulesOf('services/payments/src/x.test.ts', 'new Date(process.env.X)')).toEqual([])
    expect(rulesOf('scripts/x.ts', 'new Date(process.env.X)')).toEqual([])
  })
})

describe('SQL', () => {
  const table = [
    'const rows = await sql`select 1`',
    'const rows = await sql<{ id: string }>`\n  select 1`',
    'const rows = await tx`select id from payments.refunds`',
    "await client.query('insert into payments.refunds values ($1)')",
    'await client.query(`\n  update payments.refunds set a = 1`)',
    'await client.query("delete from payments.refunds")',
    'const a = `with old as (select 1) select 2`',
  ]
  for (const text of table)
    test(`${text} stays in stores`, () => {
      expect(rulesOf(http, text)).toEqual(['1 sql'])
      expect(rulesOf(store, text)).toEqual([])
      expect(rulesOf('packages/postgres/src/x.ts', text)).toEqual([])
      expect(rulesOf('services/payments/src/x.test.ts', text)).toEqual([])
    })

  for (const text of ["'select a payment method'", "'update'", '`delete ${a}`', "'Insert a coin'"])
    test(`${text} is only a sentence`, () => expect(rulesOf(http, `const a = ${text}`)).toEqual([]))

  test('of one service does not name tables of another', () => {
    const text = 'const a = 1\nconst b = sql`\n  select * from payments.refunds\n  join Ledger.accounts on true`'
    expect(rulesOf(store, text)).toEqual(['4 tables'])
    const migration = 'services/payments/migrations/0001_refunds.sql'
    expect(rulesOf(migration, 'create table payments.a (b text references auth.users)')).toEqual(['1 tables'])
  })

  test('may name another service in text, comments and longer names', () => {
    const text = "insert into payments.a values ('ledger.posted', 'it''s auth.x', b.events.c) -- as ledger.entries"
    expect(rulesOf('services/payments/migrations/0001_a.sql', text)).toEqual([])
    expect(rulesOf(store, `sql\`${text} \${ledger.entries}\``)).toEqual([])
  })
})

describe('words', () => {
  test('a service does not know how it is run, not even in its README', () => {
    expect(rulesOf('services/ledger/README.md', 'a\nWhen Embedded, …')).toEqual(['2 mode'])
    expect(rulesOf('apps/embedded/src/x.ts', '// embedded')).toEqual([])
  })

  const compared = [
    ['if (given === secret) return', ['1 timing']],
    ['const same = user.passwordHash !== given', ['1 timing']],
    ['return digest(a) === signature', ['1 timing']],
    ['const ok = a.mac === b.mac && true', ['1 timing']],
    ['if (secret === undefined) return', []],
    ["if (password === '') return", []],
    ['if (undefined !== stored.secret) return', []],
    ["if (typeof secret === 'string') return", []],
    ['if (secret.length === 32) return', []],
    ['if (checksum === given) return', []],
    ['// secret === given', []],
  ] as const
  describe('a secret is compared in a time that tells nothing of it', () => {
    for (const [text, want] of compared)
      test(`${text}: ${want.join() || 'fine'}`, () => expect(rulesOf('packages/bus/src/x.ts', text)).toEqual(want))
  })

  const focused = [
    ["test.only('a')", ['1 skipped']],
    ["describe.skip('a')", ['1 skipped']],
    ["test.concurrent.only('a')", ['1 skipped']],
    ["it.todo('a')", ['1 skipped']],
    ["test.skipIf(noRedis)('a')", []],
    ["// test.only('a')", []],
  ] as const
  for (const [text, want] of focused)
    test(`${text} in a test: ${want.join() || 'fine'}`, () =>
      expect(rulesOf('packages/bus/src/x.test.ts', text)).toEqual(want))

  const notes = [
    ['// TODO later', ['1 notes']],
    ['// TODO(soon) later', ['1 notes']],
    ['// TODO(#12) later', []],
    ['/* a\n * FIXME */', ['2 notes']],
    ["const a = 'TODO FIXME'", []],
  ] as const
  for (const [text, want] of notes)
    test(`${text}: ${want.join() || 'fine'}`, () => expect(rulesOf('packages/bus/src/x.ts', text)).toEqual(want))

  test('notes in SQL need an issue too', () =>
    expect(rulesOf('services/ledger/migrations/1.sql', "select 'TODO'; -- TODO")).toEqual(['1 notes']))

  test('a file has at most 400 lines, a dumped schema as many as it needs', () => {
    const lines = (count: number): string => '\n'.repeat(count)
    expect(rulesOf('packages/bus/src/x.ts', lines(400))).toEqual([])
    expect(rulesOf('packages/bus/src/x.ts', lines(401))).toEqual(['401 length'])
    expect(rulesOf('services/ledger/schema.sql', lines(401))).toEqual([])
  })
})
