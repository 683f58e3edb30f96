import type { LoggedRequest, Tenant } from '@micro/contracts'
import { eventually } from '@micro/testing'
import { expect, test } from 'vitest'
import type { RecentRequests } from './recent.ts'

export const requestOf = (n: number, extra: Partial<LoggedRequest> = {}): LoggedRequest => ({
  request_id: `req_${String(n).padStart(6, '0')}`,
  created: 1_700_000_000 + n,
  livemode: false,
  method: 'GET',
  path: `/v1/things/${n}`,
  status: 200,
  ip: '127.0.0.1',
  source: 'API',
  key_id: 'key_1',
  route: '/v1/things/:id',
  duration_ms: n,
  idempotency_key: null,
  error: null,
  ...extra,
})

let tenants = 0
export const newTenant = (): Tenant => ({ merchant: `acct_${++tenants}`, mode: 'test' })

/** What every memory of the last requests must do, wherever it is. `create` gives one that works. */
export const recentConformance = (create: (max: number) => Promise<RecentRequests>): void => {
  const idsOf = async (recent: RecentRequests, tenant: Tenant): Promise<string[]> =>
    (await recent.read(tenant)).map(({ request_id }) => request_id)

  test('what was kept is there, as it was', async () => {
    const [recent, tenant] = [await create(10), newTenant()]
    const error = { type: 'card_error', charge: 'ch_1', code: 'x', decline_code: '', message: 'No.', param: '' }
    recent.keep(tenant, requestOf(1, { error, status: 402 }))
    await eventually(async () => expect(await recent.read(tenant)).toEqual([requestOf(1, { error, status: 402 })]))
  })

  test('of more than fit the newest stay, whether they come one by one or many at once', async () => {
    const [recent, tenant] = [await create(10), newTenant()]
    for (let n = 0; n < 1_000; n++) recent.keep(tenant, requestOf(n))
    const want = Array.from({ length: 10 }, (_, at) => requestOf(990 + at).request_id)
    await eventually(async () => expect(await idsOf(recent, tenant)).toEqual(want))
    recent.keep(tenant, requestOf(1_000))
    await eventually(async () =>
      expect(await idsOf(recent, tenant)).toEqual([...want.slice(1), requestOf(1_000).request_id]),
    )
  })

  test('merchants and modes do not share', async () => {
    const recent = await create(10)
    const mine = newTenant()
    const tenantsOf = [mine, { ...mine, mode: 'live' as const }, newTenant()]
    for (const [n, tenant] of tenantsOf.entries()) recent.keep(tenant, requestOf(n))
    for (const [n, tenant] of tenantsOf.entries())
      await eventually(async () => expect(await idsOf(recent, tenant)).toEqual([requestOf(n).request_id]))
  })

  test('where none is to be kept, none is', async () => {
    const [recent, tenant] = [await create(0), newTenant()]
    recent.keep(tenant, requestOf(1))
    expect(await recent.read(tenant)).toEqual([])
  })
}
