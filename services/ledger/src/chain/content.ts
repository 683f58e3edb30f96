import type { Layer, TransactionKind } from '@micro/contracts'
import type { BookKey } from '../books/book.ts'
import { createBytes, type Bytes } from './bytes.ts'

/** What a transaction's hash covers. */
export interface Content {
  readonly seq: bigint
  readonly id: string
  readonly kind: TransactionKind
  readonly parent: { readonly seq: bigint } | null
  readonly expiresAt: Date | null
  readonly reference: string
  readonly createdAt: Date
  readonly effectiveAt: Date
  readonly description: string | null
  readonly metadata: Readonly<Record<string, string>>
  /** Keeps the digest of what people wrote from being guessed; null when they wrote nothing. */
  readonly salt: Buffer | null
  readonly entries: readonly {
    readonly account: string
    readonly currency: string
    readonly amount: bigint
    readonly layer: Layer
  }[]
}

// Each form of the bytes has a number of its own. Plain posts keep the one they had before there were other kinds.
const formOfPosts = 1
const formOfOthers = 2
const bytes = createBytes()

const instant = (to: Bytes, date: Date): void => to.int8(BigInt(date.getTime()) * 1000n)

const textDigest = ({ description, metadata }: Content, salt: Buffer): Buffer => {
  bytes.raw(salt)
  bytes.byte(description === null ? 0 : 1)
  if (description !== null) bytes.counted(description)
  const members = Object.entries(metadata)
  // In the order of their bytes, in which the database sorts them too.
  if (members.length > 1) members.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  bytes.int4(members.length)
  for (const [key, value] of members) {
    bytes.counted(key)
    bytes.counted(value)
  }
  return bytes.digest()
}

/** SHA-256 of a transaction's content. The database computes the same in its view `contents`, and refuses another. */
export const contentHashOf = (content: Content): Buffer => {
  const text = content.salt === null ? null : textDigest(content, content.salt)
  const plain = content.kind === 'post'
  bytes.byte(plain ? formOfPosts : formOfOthers)
  bytes.int8(content.seq)
  bytes.counted(content.id)
  bytes.counted(content.reference)
  instant(bytes, content.createdAt)
  instant(bytes, content.effectiveAt)
  bytes.byte(text === null ? 0 : 1)
  if (text !== null) bytes.raw(text)
  if (!plain) {
    bytes.counted(content.kind)
    bytes.int8(content.parent?.seq ?? 0n)
    bytes.byte(content.expiresAt === null ? 0 : 1)
    if (content.expiresAt !== null) instant(bytes, content.expiresAt)
  }
  bytes.int4(content.entries.length)
  for (const { account, currency, amount, layer } of content.entries) {
    bytes.counted(account)
    bytes.counted(currency)
    bytes.counted(String(amount))
    if (!plain) bytes.counted(layer)
  }
  return bytes.digest()
}

/** The hash of a transaction in its chain, from the hash before it. */
export const linkOf = (before: Buffer, contentHash: Buffer): Buffer => {
  bytes.raw(before)
  bytes.raw(contentHash)
  return bytes.digest()
}

/** What the first transaction of a book follows. */
export const genesisOf = ({ merchant, mode }: BookKey): Buffer => {
  bytes.counted('micro ledger book')
  bytes.counted(merchant)
  bytes.counted(mode)
  return bytes.digest()
}
