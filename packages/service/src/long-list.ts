import { longListMark } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { TSchema } from 'typebox'
import { refuseCardNumbers } from './card-number.ts'
import { compileValidator, type Validate } from './validate.ts'

/** A list that is read, checked and written item by item, see LongList of the contracts. */
export interface LongListSpec {
  readonly name: string
  readonly itemsMax: number
  readonly item: object
}

interface ListSchema {
  readonly [longListMark]?: boolean
  readonly maxItems?: number
  readonly items?: object
}

/** The long list among the members of an object's schema, if it has one. */
export const longListOf = (schema: object | undefined): LongListSpec | undefined => {
  const { properties = {} } = (schema ?? {}) as { properties?: Readonly<Record<string, ListSchema>> }
  for (const [name, { [longListMark]: isLong, items = {}, maxItems = Infinity }] of Object.entries(properties))
    if (isLong === true) return { name, itemsMax: maxItems, item: items }
  return undefined
}

/**
 * Checks one item of a long list as everything else of a body is checked before a handler sees it.
 * @throws Fault whose param is told from the item on, or missing when the item itself is wrong
 */
export const createItemCheck = (item: TSchema): Validate => {
  const validate = compileValidator(item)
  return (value, coerce) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      throw new Fault('parameter_invalid', { reason: 'must be an object' })
    validate(value, coerce)
    refuseCardNumbers(value)
  }
}
