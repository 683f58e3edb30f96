import { Fault } from '@micro/kernel'
import {
  bodyBytesMax,
  decodeBody,
  decodeJson,
  isJson,
  isNode,
  mediaOf,
  textOf,
  unsupported,
  type DecodedBody,
} from './body.ts'
import { takeApart } from './json-list.ts'
import type { LongListSpec } from './long-list.ts'
import { shareThread } from './share-thread.ts'

/** @throws Fault parameter_invalid where there are more than a request may have, and whatever `read` throws */
const readEach = async (texts: Iterable<string>, { name, itemsMax }: LongListSpec, read: (text: string) => unknown) => {
  const letOthers = shareThread()
  const items: unknown[] = []
  for (const text of texts) {
    if (items.length === itemsMax)
      throw new Fault('parameter_invalid', { param: name, reason: `must not have more than ${itemsMax} items` })
    if (text.length > bodyBytesMax)
      throw new Fault('parameter_invalid', {
        param: name,
        reason: `must not have an item of more than ${bodyBytesMax} bytes`,
      })
    items.push(read(text))
    await letOthers()
  }
  return items
}

const ndjsonTypes: readonly string[] = ['application/x-ndjson', 'application/ndjson']

/** The line each item was on, from 1: what a caller who sent lines is told of them by. */
const linesOf = new WeakMap<object, number>()
export const lineOf = (item: unknown): number | undefined =>
  item !== null && typeof item === 'object' ? linesOf.get(item) : undefined

function* linesIn(text: string): Generator<string, void> {
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from)
    yield text.slice(from, end === -1 ? text.length : end)
    if (end === -1) return
    from = end + 1
  }
}

const decodeLines = async (text: string, list: LongListSpec): Promise<DecodedBody> => {
  let line = 0
  const filled = function* (): Generator<string, void> {
    for (const each of linesIn(text)) {
      line++
      if (each.trim() !== '') yield each
    }
  }
  const items = await readEach(filled(), list, (each) => {
    try {
      const item = decodeJson(each)
      if (!isNode(item)) throw new Fault('body_invalid', { reason: 'it is no object' })
      linesOf.set(item, line)
      return item
    } catch (cause) {
      const reason = cause instanceof Fault ? String(cause.detail['reason']) : 'it is no JSON'
      throw new Fault('body_invalid', { reason: `line ${line}: ${reason}` }, { cause })
    }
  })
  return { value: { [list.name]: items }, coerce: false }
}

/**
 * Decodes a body with a long list, letting others be served between its items. Takes NDJSON too: each line is an item.
 * @throws Fault body_invalid, content_type_unsupported, parameter_invalid
 */
export const decodeLongBody = async (
  bytes: Buffer,
  contentType: string | undefined,
  list: LongListSpec,
): Promise<DecodedBody> => {
  const media = mediaOf(contentType)
  const isLines = ndjsonTypes.includes(media)
  const known = isLines || media === '' || isJson(media) || media === 'application/x-www-form-urlencoded'
  if (!known) throw unsupported(media, `application/json or ${ndjsonTypes[0]}`)
  const text = textOf(bytes)
  if (isLines) return decodeLines(text, list)
  const apart = takeApart(text, list.name)
  const refuseLarge = (size: number): void => {
    if (size > bodyBytesMax) throw new Fault('body_too_large', { limit: bodyBytesMax })
  }
  if (apart === undefined) {
    refuseLarge(bytes.length)
    return decodeBody(bytes, contentType)
  }
  const items = await readEach(apart.items, list, decodeJson)
  const rest = apart.rest()
  if (rest === 'twice') throw new Fault('body_invalid', { reason: `it names ${list.name} twice` })
  refuseLarge(rest.length)
  return { value: { ...(decodeJson(rest) as object), [list.name]: items }, coerce: false }
}
