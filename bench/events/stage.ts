// What takes part: Micro, the floors, somebody's server, and merchants with endpoints there.
import type { Undo } from '@micro/service'
import { registerDeveloper, type Developer } from '../ledger/http.ts'
import { startProgram, type Program } from './program.ts'

export interface Stage {
  readonly micro: Program & { readonly url: string; readonly postgresPid: number }
  readonly bare: Program & { readonly url: string }
  readonly receiver: Program & { readonly url: string }
  /** The first listens; each of the others has an endpoint. */
  readonly developers: readonly [Developer, ...Developer[]]
  /** Sets numbers for so many events aside, and tells the first. */
  readonly next: (count: number) => number
}

const addEndpoint = async (url: string, { key }: Developer, to: string): Promise<void> => {
  const answer = await fetch(`${url}/v1/webhook_endpoints`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ url: to, enabled_events: ['*'], delivery: { concurrency: 32 } }),
  })
  if (!answer.ok) throw new Error(`making an endpoint answered ${answer.status}: ${await answer.text()}`)
}

/** Starts it all; `undo` stops it. */
export const openStage = async (undo: Undo, { endpoints }: { endpoints: number }): Promise<Stage> => {
  const start = async (name: string): Promise<Program> => {
    const program = await startProgram(name)
    undo.add(program.stop)
    return program
  }
  const located = async <Where>(name: string): Promise<Program & Where> => {
    const program = await start(name)
    return { ...program, ...(await program.ask<Where>('where')) }
  }
  const micro = await located<{ url: string; postgresPid: number }>('micro')
  const bare = await located<{ url: string }>('bare')
  const receiver = await located<{ url: string }>('receiver')
  const listening = await registerDeveloper(micro)
  const owners: Developer[] = []
  for (let at = 0; at < endpoints; at++) {
    const owner = await registerDeveloper(micro)
    await addEndpoint(micro.url, owner, receiver.url)
    owners.push(owner)
  }
  let used = 0
  return {
    micro,
    bare,
    receiver,
    developers: [listening, ...owners],
    next(count) {
      used += count
      return used - count
    },
  }
}
