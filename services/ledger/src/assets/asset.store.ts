import type { Mode } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import type { Asset, NewAsset } from './asset.ts'

interface AssetRow {
  mode: Mode
  code: string
  name: string
  scale: number
  created_at: Date
}

const toAsset = ({ created_at, ...row }: AssetRow): Asset => ({ ...row, createdAt: created_at })

/**
 * Adds the asset to an open book. False when the code is taken there; by which of the two unique keys that name it is
 * noticed first is chance when several are added at once.
 */
export const insertAsset = async (sql: Sql, book: BookKey, asset: NewAsset, now: Date): Promise<boolean> => {
  const rows = await sql`
    insert into ledger.assets (lane, book, code, name, scale, created_at)
    select b.lane, b.id, ${asset.code}::text, ${asset.name}::text, ${asset.scale}::smallint, ${now}::timestamptz
    from ledger.books b
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
    on conflict do nothing
    returning code`
  return rows.length === 1
}

export const findAsset = async (sql: Sql, book: BookKey, code: string): Promise<Asset | undefined> => {
  const row = first(
    await sql<AssetRow>`
    select b.mode, s.code, s.name, s.scale, s.created_at from ledger.books b
    join ledger.assets s on s.lane = b.lane and s.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode} and s.code = ${code}`,
  )
  return row && toAsset(row)
}

/** By code, from just after `after`. */
export const listAssetsAfter = async (sql: Sql, book: BookKey, after: string, limit: number): Promise<Asset[]> => {
  const rows = await sql<AssetRow>`
    select b.mode, s.code, s.name, s.scale, s.created_at from ledger.books b
    join ledger.assets s on s.lane = b.lane and s.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode} and s.code > ${after}
    order by s.code limit ${limit}`
  return rows.map(toAsset)
}

/** By code backwards, from just before `before`. */
export const listAssetsBefore = async (sql: Sql, book: BookKey, before: string, limit: number): Promise<Asset[]> => {
  const rows = await sql<AssetRow>`
    select b.mode, s.code, s.name, s.scale, s.created_at from ledger.books b
    join ledger.assets s on s.lane = b.lane and s.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode} and s.code < ${before}
    order by s.code desc limit ${limit}`
  return rows.map(toAsset)
}
