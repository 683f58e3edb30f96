import { expect, test } from 'vitest'
import { FlatYamlError, formatFlatYaml, parseFlatYaml } from './flat-yaml.ts'

for (const [text, values] of [
  ['', {}],
  [
    'api_key: sk_test_1\nemail: dev@example.com\ngateway_url: http://localhost:8080\n',
    { api_key: 'sk_test_1', email: 'dev@example.com', gateway_url: 'http://localhost:8080' },
  ],
  ['# mine\n\nemail: a@b.c # work\r\n---\n', { email: 'a@b.c' }],
  [`a: "x: \\"y\\" # no comment"\nb: 'it''s'  # yes\n`, { a: 'x: "y" # no comment', b: "it's" }],
  ['email:\napi_key: ""\nother: null\n', { email: '', api_key: '', other: '' }],
  ['\ufeffemail: a\n', { email: 'a' }],
  ['a: x#y\n', { a: 'x#y' }],
] as const)
  test(`${JSON.stringify(text)} reads as ${JSON.stringify(values)}`, () => expect(parseFlatYaml(text)).toEqual(values))

for (const [name, text, line] of [
  ['nesting', 'a: b\n  c: d\n', 2],
  ['a list', 'a: [1]\n', 1],
  ['a block', 'a: |\n', 1],
  ['a reference', 'a: *b\n', 1],
  ['no space after the colon', 'a:b\n', 1],
  ['the same key twice', 'a: b\na: c\n', 2],
  ['a quote without end', 'a: "b\n', 1],
  ['text', 'hello\n', 1],
] as const)
  test(`${name} is refused with its line`, () => {
    const read = () => parseFlatYaml(text)
    expect(read).toThrow(FlatYamlError)
    expect(read).toThrow(`line ${line} `)
  })

for (const value of [
  'sk_test_1',
  'http://localhost:8080',
  'true',
  'no',
  'a: b',
  '# x',
  ' spaced ',
  "it's",
  '"',
  '',
  'line\nbreak',
  '8080',
  '[x]',
  '🔑',
])
  test(`${JSON.stringify(value)} survives being written and read`, () =>
    expect(parseFlatYaml(formatFlatYaml({ key: value }))).toEqual({ key: value }))

test('rewriting keeps comments, order and unknown keys, drops what is gone and adds what is new', () => {
  const earlier = '# my settings\nemail: old@example.com\n\ncolour: blue\napi_key: sk_test_1\n'
  expect(formatFlatYaml({ colour: 'blue', email: 'new@example.com', refresh_token: 'rt_1' }, earlier)).toBe(
    '# my settings\nemail: new@example.com\n\ncolour: blue\nrefresh_token: rt_1\n',
  )
})
