import { describe, expect, test } from 'vitest'
import { cut } from './documents.ts'
import { createLinks, fileOf, meantFile, relativeAddress } from './links.ts'
import { createSlugs } from './slug.ts'

describe('a document is cut by its second-level headings', () => {
  const markdown = '# All\n\nFirst.\n\n## One\n\n1\n\n### Deeper\n\n## Two\n\n2\n'

  test('in the order asked for, with what is deeper', () => {
    expect(cut(markdown, ['Two', 'One'])).toBe('## Two\n\n2\n## One\n\n1\n\n### Deeper\n\n')
    expect(cut(markdown, [''])).toBe('# All\n\nFirst.\n\n')
  })

  test('and a heading that is gone ends the build by name', () => {
    expect(() => cut(markdown, ['Three'])).toThrow("no section 'Three'")
  })
})

test('ids of headings are those that code hosts make', () => {
  const slugOf = createSlugs()
  expect(
    ['Five minutes', 'On one machine: `make up`, `micro up`', 'account_closed', 'Five minutes', 'Größe – äh'].map(
      slugOf,
    ),
  ).toEqual(['five-minutes', 'on-one-machine-make-up-micro-up', 'account_closed', 'five-minutes-1', 'größe--äh'])
})

describe('a link leads', () => {
  const page = (source: string, address: string, markdown = '') => ({ source, address, title: '', markdown })
  const documents = [
    page('README.md', 'index', '## Start\n'),
    page('README.md', 'configuration', '```sh\n## Start\n```\n## Back up\n'),
    page('docs/guides/money.md', 'guides/money'),
    page('docs/adr/README.md', 'adr'),
  ]
  const linkOf = createLinks(documents, new Map([['createRefund', 'reference/api/refunds']]))
  const money = { source: 'docs/guides/money.md', address: 'guides/money' }

  for (const [href, target] of [
    ['../adr/README.md', '../../adr/'],
    ['../adr', '../../adr/'],
    ['../../README.md#start', '../../#start'],
    ['../../README.md#back-up', '../../configuration/#back-up'],
    ['#fees', '#fees'],
    ['../openapi.json', '../../reference/api/'],
    ['../openapi.json#createRefund', '../../reference/api/refunds/#createRefund'],
    ['https://example.com/a', 'https://example.com/a'],
    ['../../services/ledger/src/main.ts', undefined],
  ] as const)
    test(`from a guide by ${href} to ${target ?? 'no page'}`, () => expect(linkOf(href, money)).toBe(target))

  test('and means a file of the repository', () => {
    expect(meantFile('../errors.md#x', 'docs/guides/money.md')).toBe('docs/errors.md')
    expect(relativeAddress(fileOf('guides/money'), fileOf('index'))).toBe('../../')
  })
})
