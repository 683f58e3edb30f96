import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import { takeTurns } from '../background/take-turns.store.ts'
import type { HostedPage } from './hosted-page.ts'

export const insertPage = (sql: Sql, page: HostedPage) => sql`
  insert into payments.checkout_pages (session, merchant, mode, processor, charge, request_id, due_at, created_at)
  values (
    ${page.session}, ${page.merchant}, ${page.mode}, ${page.processor}, ${page.charge}, ${page.request_id},
    ${page.due_at}, ${page.created_at})`

export const findPage = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  session: string,
): Promise<HostedPage | undefined> =>
  first(
    await sql<HostedPage>`
    select * from payments.checkout_pages where merchant = ${merchant} and mode = ${mode} and session = ${session}`,
  )

/** By the charge that will be made on it. */
export const findPageOfCharge = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  charge: string,
): Promise<HostedPage | undefined> =>
  first(
    await sql<HostedPage>`
    select * from payments.checkout_pages where merchant = ${merchant} and mode = ${mode} and charge = ${charge}`,
  )

/** As what it is known at its processor. What is known already stays. */
export const savePageThere = (
  sql: Sql,
  { merchant, mode, session, processor }: HostedPage,
  there: { id: string; url: string; dueAt: Date },
) => sql`
  update payments.checkout_pages set processor_id = ${there.id}, url = ${there.url}, due_at = ${there.dueAt}
  where merchant = ${merchant} and mode = ${mode} and session = ${session} and processor = ${processor}
    and processor_id is null`

/** Another processor is to make it. False when it is known already, or somebody else asked another one. */
export const savePageMoved = async (
  sql: Sql,
  { merchant, mode, session, processor }: HostedPage,
  { to, dueAt }: { to: string; dueAt: Date },
): Promise<boolean> =>
  (
    await sql`
      update payments.checkout_pages set
        processor = ${to}, refused_by = refused_by || ${processor}::text, due_at = ${dueAt}
      where merchant = ${merchant} and mode = ${mode} and session = ${session} and processor = ${processor}
        and processor_id is null and due_at is not null
      returning session`
  ).length === 1

/** Its session ended: nobody is to see to it any more. */
export const settlePage = (sql: Sql, { merchant, mode }: Tenant, session: string) => sql`
  update payments.checkout_pages set due_at = null
  where merchant = ${merchant} and mode = ${mode} and session = ${session} and due_at is not null`

export const deferPage = (sql: Sql, { merchant, mode, session }: HostedPage, after: Date) => sql`
  update payments.checkout_pages set due_at = ${after}
  where merchant = ${merchant} and mode = ${mode} and session = ${session} and due_at is not null`

/** True for who may look now: of all who ask at a time one does. */
export const claimLook = async (
  sql: Sql,
  { merchant, mode, session }: HostedPage,
  { now, before }: { now: Date; before: Date },
): Promise<boolean> =>
  (
    await sql`
      update payments.checkout_pages set looked_at = ${now}
      where merchant = ${merchant} and mode = ${mode} and session = ${session}
        and (looked_at is null or looked_at <= ${before})
      returning session`
  ).length === 1

/** Of a page that may be being made: true for who may go on with it, since nobody else has it until then. */
export const takePage = async (
  sql: Sql,
  { merchant, mode, session }: HostedPage,
  { now, until }: { now: Date; until: Date },
): Promise<boolean> =>
  (
    await sql`
      update payments.checkout_pages set due_at = ${until}
      where merchant = ${merchant} and mode = ${mode} and session = ${session} and due_at <= ${now}
      returning session`
  ).length === 1

/** The worker's work, of all merchants, tenant by tenant: pages to see to. Takes them until `until`. */
export const takeDuePages = takeTurns<HostedPage>({
  table: 'payments.checkout_pages',
  key: 'session',
  waits: 'due_at is not null',
  time: 'due_at',
  also: 'looks = looks + 1',
})
