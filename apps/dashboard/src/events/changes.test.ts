import { expect, test } from 'vitest'
import { changesOf } from './changes.ts'

for (const [name, previous_attributes, object, want] of [
  ['an event that tells of no change', undefined, { id: 'ch_1' }, []],
  [
    'a member that changed, and not those that did not',
    { refunded: false },
    { id: 'ch_1', refunded: true },
    [{ path: 'refunded', was: 'false', is: 'true' }],
  ],
  [
    'a member of an object within it',
    { outcome: { reason: null } },
    { outcome: { reason: 'lost_card', type: 'issuer_declined' } },
    [{ path: 'outcome.reason', was: 'null', is: '"lost_card"' }],
  ],
  [
    'an object that was not there',
    { address: null },
    { address: { city: 'Rome' } },
    [{ path: 'address', was: 'null', is: '{\n  "city": "Rome"\n}' }],
  ],
  [
    'a member that is gone',
    { metadata: { a: '1' } },
    { metadata: {} },
    [{ path: 'metadata.a', was: '"1"', is: 'null' }],
  ],
  [
    'metadata named as what every object inherits',
    { metadata: { constructor: '1' } },
    { metadata: {} },
    [{ path: 'metadata.constructor', was: '"1"', is: 'null' }],
  ],
  ['a list, whole', { tags: ['a'] }, { tags: [] }, [{ path: 'tags', was: '[\n  "a"\n]', is: '[]' }]],
] as const)
  test(`the change of ${name} is told`, () =>
    expect(changesOf({ object, ...(previous_attributes && { previous_attributes }) })).toEqual(want))
