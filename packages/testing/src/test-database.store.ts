import { quoteIdentifier as id, withClient, type Sql } from '@micro/postgres'

type Client = Parameters<Parameters<typeof withClient>[1]>[0]

const administer = (url: string, work: (client: Client) => Promise<unknown>) =>
  withClient({ url, applicationName: 'micro tests' }, work)

/** A template must have no visitors while it is cloned. */
export const closeTemplate = (url: string, database: string) =>
  administer(url, (client) => client.query(`alter database ${id(database)} allow_connections false`))

/** Grants on a database are not cloned with it, so those of provisionService are repeated. */
export const cloneDatabase = (
  url: string,
  { name, template, service }: { name: string; template: string; service: string },
) =>
  administer(url, async (client) => {
    await client.query(`create database ${id(name)} template ${id(template)} owner ${id(`${service}_owner`)}`)
    await client.query(`revoke all on database ${id(name)} from public`)
    await client.query(`grant connect on database ${id(name)} to ${id(`${service}_app`)}`)
  })

export const dropDatabase = (url: string, name: string) =>
  administer(url, (client) => client.query(`drop database if exists ${id(name)} with (force)`))

/** Lets nobody gather statistics but the test itself: plans would else differ by how long it took to come to them. */
export const withoutAutovacuum = (owner: Sql) => owner`
  do $$
  declare place regclass;
  begin
    for place in
      select oid from pg_class where relkind = 'r' and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
    loop
      execute format('alter table %s set (autovacuum_enabled = false)', place);
    end loop;
  end $$`
