import type { ledgerApi } from '@micro/contracts'
import { assert, Fault, type Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { cutPage, parsePage, reply, type Handlers } from '@micro/service'
import { insertBook } from '../books/book.store.ts'
import { assetToWire, isIsoCurrency, isSameAsset } from './asset.ts'
import { findAsset, insertAsset, listAssetsAfter, listAssetsBefore } from './asset.store.ts'

type AssetHandlers = Pick<Handlers<typeof ledgerApi>, 'createLedgerAsset' | 'retrieveLedgerAsset' | 'listLedgerAssets'>

export const assetHandlers = ({ db, clock }: { db: Database; clock: Clock }): AssetHandlers => ({
  async createLedgerAsset({ principal, body }) {
    const wanted = { ...body, code: body.code.toLowerCase() }
    if (isIsoCurrency(wanted.code))
      throw new Fault('parameter_invalid', { param: 'code', reason: 'is a currency of ISO 4217, which needs no asset' })
    const now = clock.now()
    await insertBook(db.sql, principal, now)
    const created = await insertAsset(db.sql, principal, wanted, now)
    const asset = await findAsset(db.sql, principal, wanted.code)
    assert(asset !== undefined, `asset ${wanted.code} was neither made nor found`)
    if (!created && !isSameAsset(asset, wanted)) throw new Fault('asset_exists', { param: 'code', asset: wanted.code })
    return reply(created ? 201 : 200, assetToWire(asset))
  },

  async retrieveLedgerAsset({ principal, params: { code } }) {
    const asset = await findAsset(db.sql, principal, code.toLowerCase())
    if (asset === undefined) throw new Fault('resource_missing', { param: 'code', resource: 'ledger asset', id: code })
    return assetToWire(asset)
  },

  async listLedgerAssets({ principal, query }) {
    const page = parsePage(query)
    const cursor = page.cursor?.id.toLowerCase() ?? ''
    const list = page.direction === 'newer' ? listAssetsBefore : listAssetsAfter
    const { rows, hasMore } = cutPage(await list(db.sql, principal, cursor, page.fetch), page)
    return { object: 'list', url: '/ledger/assets', has_more: hasMore, data: rows.map(assetToWire) }
  },
})
