// What payments are measured against: a server whose requests each insert one row.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createDatabase } from '@micro/postgres'

/** The least a program can do that keeps its word: each request inserts one row and commits. */
const serveFloor = async (url: string): Promise<void> => {
  const { sql, close } = createDatabase({ url, applicationName: 'bench floor' })
  await sql`create table if not exists bench_floor (id bigint generated always as identity primary key, body text not null)`
  const server = createServer((incoming, outgoing) => {
    let body = ''
    incoming.setEncoding('utf8').on('data', (part: string) => (body += part))
    incoming.on('end', () => {
      sql<{ id: bigint }>`insert into bench_floor (body) values (${body}) returning id`.then(
        ([row]) => outgoing.setHeader('content-type', 'application/json').end(JSON.stringify({ id: String(row?.id) })),
        (error: Error) => outgoing.writeHead(500).end(error.message),
      )
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  console.log((server.address() as AddressInfo).port)
  await once(process.stdin.resume(), 'end')
  server.closeAllConnections()
  await sql`drop table bench_floor`
  await close()
  server.close()
}

/** Starts it as a process of its own, as Micro is one. `databaseUrl`'s role must be allowed to create a table. */
export const startFloor = async (
  databaseUrl: string,
): Promise<{ url: URL; pid: number; stop: () => Promise<void> }> => {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), databaseUrl]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => [])])) as [Buffer?]
  if (line === undefined) throw new Error('The floor could not be measured.')
  const stop = async () => {
    child.stdin.end()
    await once(child, 'exit')
  }
  return { url: new URL(`http://127.0.0.1:${String(line).trim()}/`), pid: child.pid ?? 0, stop }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await serveFloor(process.argv[2] ?? '').catch((error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  })
