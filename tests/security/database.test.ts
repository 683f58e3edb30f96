import { createDatabase, SQLSTATE, type Database } from '@micro/postgres'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newMerchant, pay } from '../e2e/api.ts'
import { everythingShown, grantsIn, outcomeForService, rolesIn } from './grants.store.ts'
import { inOneProcess, type World } from './worlds.ts'

let world: World
let databases: Database[]
beforeAll(async () => {
  world = await inOneProcess()
  databases = world.databaseUrls.map((url) => createDatabase({ url, applicationName: 'grants', poolSize: 2 }))
  await pay((await newMerchant(world.url)).test)
}, 180_000)
afterAll(async () => {
  await Promise.all(databases?.map((database) => database.close()) ?? [])
  await world?.stop()
}, 180_000)

/**
 * Who may do what, as the catalogue has it: `grants.txt`. A change of it is a change of who may do what, to be reviewed as
 * one; write it anew with `make test ARGS='tests/security/database.test.ts -u'`. What each table grants to its own
 * service stands in that service's schema.sql.
 */
test('the rights of every role are those that were reviewed', async () => {
  const roles = await rolesIn(databases[0]!.sql)
  const grants = await Promise.all(databases.map((database) => grantsIn(database.sql)))
  const lines = [...roles, ...grants.flat()].map(({ line }) => line)
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('grants.txt')
})

test('people who look into the databases find nowhere what confirms a payment', async () => {
  const { test: call } = await newMerchant(world.url)
  const { body } = await call('POST', '/v1/payment_intents', { body: { amount: 5000, currency: 'usd' } })
  const secret = String(body['client_secret'])
  await eventually(async () => expect((await call('GET', '/v1/events')).body.data).not.toEqual([]))
  const seen = await Promise.all(world.databaseUrls.map(everythingShown))
  expect(seen.join('\n')).toContain(body.id)
  expect(seen.join('\n')).not.toContain(secret)
})

describe('no service may', () => {
  for (const [what, statement] of [
    ['read a file of the server', "select pg_read_file('/etc/passwd')"],
    ['list its folders', "select pg_ls_dir('.')"],
    ['run a program', "copy (select 1) to program 'id'"],
    ['write a file', "copy (select 1) to '/tmp/micro-evil'"],
    ['read the password hashes of roles', 'select rolpassword from pg_authid'],
    ['make a role', 'create role evil'],
    ['make a database', 'create database evil'],
    [
      'write a function in a language that reaches the machine',
      "create function pg_temp.evil() returns int language c as 'libc', 'getpid'",
    ],
    ['change the server', "alter system set log_statement = 'all'"],
    ['play the replica', 'set session_replication_role = replica'],
    ['make a table', 'create table public.evil (id int)'],
    ['make a temporary table', 'create temporary table evil (id int)'],
    ['fill the disk with large objects', 'select lo_create(0)'],
  ] as const)
    test(what, async () => {
      for (const url of world.databaseUrls)
        expect(await outcomeForService(url, statement)).toBe(SQLSTATE.insufficientPrivilege)
    })
})
