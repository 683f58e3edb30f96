// The three things that are measured, each of Micro and of what stands beside it.
import { setTimeout as delay } from 'node:timers/promises'
import { monotonicMs } from '@micro/kernel'
import { eventually } from '@micro/testing'
import { cpuUs, postgresCpuUs } from '../ledger/meters.ts'
import { frameOf, nthOf } from './message.ts'
import type { Commit } from './micro.ts'
import { machineUs } from './program.ts'
import type { Stage } from './stage.ts'
import { bareSockets, closeAll, followers, type Hear } from './sockets.ts'

/** Per event received, or webhook delivered. */
export interface Slice {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly nodeUs: number
  readonly postgresUs: number
}

/** What is not there by then is lost. */
const waitMsMax = 120_000
const transactionsPerSecondMax = 100
/** Merchants to whom webhooks are delivered; one may have a quarter of the room. */
export const merchantsWithEndpoints = 4

const quantile = (sorted: readonly number[], of: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * of))] ?? Number.NaN

/** @param tookUs from the commit to the receipt, of each */
const sliceOf = (tookUs: readonly number[], used: Used & { ms: number; count?: number }): Slice => {
  const sorted = tookUs.toSorted((a, b) => a - b)
  const count = used.count ?? tookUs.length
  return {
    perSecond: (count / used.ms) * 1_000,
    p50Ms: quantile(sorted, 0.5) / 1_000,
    p99Ms: quantile(sorted, 0.99) / 1_000,
    nodeUs: used.nodeUs / count,
    postgresUs: used.postgresUs / count,
  }
}

interface Used {
  readonly nodeUs: number
  readonly postgresUs: number
}

/** The CPU time that `work` takes the program that is measured; of Micro its PostgreSQL's, too. */
const using = async <T>(pid: number, postgresPid: number | undefined, work: () => Promise<T>) => {
  const read = (): Used => ({
    nodeUs: cpuUs(pid) ?? Number.NaN,
    postgresUs: postgresPid === undefined ? 0 : (postgresCpuUs(postgresPid) ?? Number.NaN),
  })
  const before = read()
  const beganMs = monotonicMs()
  const result = await work()
  const ms = monotonicMs() - beganMs
  const after = read()
  return {
    result,
    used: { ms, nodeUs: after.nodeUs - before.nodeUs, postgresUs: after.postgresUs - before.postgresUs },
  }
}

/** Resolves when so many were heard. */
const heard = (list: readonly unknown[], count: number): Promise<unknown> =>
  eventually(
    () => {
      if (list.length < count) throw new Error(`${count - list.length} of ${count} never came`)
    },
    { timeoutMs: waitMsMax, everyMs: 5 },
  )

export const measures = (stage: Stage) => {
  const { micro, bare, receiver, developers, next } = stage
  const [developer] = developers

  return {
    /** Events at a steady pace, from the commit to one listener. */
    async received(rate: number, seconds: number): Promise<Slice> {
      const transactions = Math.round(Math.min(rate, transactionsPerSecondMax) * seconds)
      const eventsEach = Math.max(1, Math.round(rate / transactionsPerSecondMax))
      const first = next(transactions * eventsEach)
      const got: { nth: number; atUs: number }[] = []
      const sockets = await followers(
        1,
        { url: micro.url, key: developer.key },
        {
          hear: (frame, atUs) => got.push({ nth: nthOf(frame), atUs }),
          acknowledges: true,
        },
      )
      const commit: Commit = {
        merchants: [developer.merchant],
        first,
        transactions,
        eventsEach,
        everyMs: (seconds * 1_000) / transactions,
      }
      const { result: committed, used } = await using(micro.pid, micro.postgresPid, async () => {
        const times = await micro.ask<number[]>('commit', commit)
        await heard(got, transactions * eventsEach)
        return times
      })
      await closeAll(sockets)
      const tookUs = got.map(({ nth, atUs }) => atUs - (committed[Math.floor((nth - first) / eventsEach)] ?? 0))
      return sliceOf(tookUs, used)
    },

    /** The same pace of frames to a server that echoes. */
    async echoed(rate: number, seconds: number): Promise<Slice> {
      const count = Math.round(rate * seconds)
      const sentUs: number[] = []
      const tookUs: number[] = []
      const hear: Hear = (frame, atUs) => void tookUs.push(atUs - (sentUs[nthOf(frame)] ?? 0))
      const sockets = await bareSockets(1, bare.url, hear)
      const { used } = await using(bare.pid, undefined, async () => {
        const beganMs = monotonicMs()
        for (let nth = 0; nth < count; nth++) {
          sentUs[nth] = machineUs()
          sockets[0]?.send(frameOf(nth))
          const ahead = beganMs + ((nth + 1) * 1_000) / rate - monotonicMs()
          if (ahead > 1) await delay(ahead)
        }
        await heard(tookUs, count)
      })
      await closeAll(sockets)
      return sliceOf(tookUs, used)
    },

    /** One event after another, each to many listeners of one merchant. */
    async fannedOut(sockets: number, events: number): Promise<Slice> {
      const atsUs: number[] = []
      const opened = await followers(
        sockets,
        { url: micro.url, key: developer.key },
        {
          hear: (_, atUs) => void atsUs.push(atUs),
          acknowledges: false,
        },
      )
      const { result: tookUs, used } = await using(micro.pid, micro.postgresPid, async () => {
        const took: number[] = []
        for (let at = 0; at < events; at++) {
          const commit: Commit = {
            merchants: [developer.merchant],
            first: next(1),
            transactions: 1,
            eventsEach: 1,
            everyMs: 0,
          }
          const [committedUs = 0] = await micro.ask<number[]>('commit', commit)
          await heard(atsUs, (at + 1) * sockets)
          took.push(...atsUs.slice(at * sockets).map((atUs) => atUs - committedUs))
        }
        return took
      })
      await closeAll(opened)
      return sliceOf(tookUs, used)
    },

    async toldAll(sockets: number, events: number): Promise<Slice> {
      const atsUs: number[] = []
      const opened = await bareSockets(sockets, bare.url, (_, atUs) => void atsUs.push(atUs))
      const { result: tookUs, used } = await using(bare.pid, undefined, async () => {
        const took: number[] = []
        for (let at = 0; at < events; at++) {
          const beganUs = await bare.ask<number>('tell', { nth: at })
          await heard(atsUs, (at + 1) * sockets)
          took.push(...atsUs.slice(at * sockets).map((atUs) => atUs - beganUs))
        }
        return took
      })
      await closeAll(opened)
      return sliceOf(tookUs, used)
    },

    /** Webhooks that wait, until the last is delivered and recorded. */
    async delivered(count: number): Promise<Slice> {
      const before = await receiver.ask<number>('count')
      const owners = developers.slice(1).map(({ merchant }) => merchant)
      const eventsEach = 10
      const transactions = Math.ceil(count / eventsEach)
      const commit: Commit = {
        merchants: owners,
        first: next(transactions * eventsEach),
        transactions,
        eventsEach,
        everyMs: 0,
      }
      const { used } = await using(micro.pid, micro.postgresPid, async () => {
        await micro.ask('commit', commit)
        await eventually(
          async () => {
            const came = (await receiver.ask<number>('count')) - before
            const pending = await micro.ask<number>('pending')
            if (came < transactions * eventsEach || pending > 0)
              throw new Error(`${came} of ${transactions * eventsEach} webhooks came, ${pending} are not delivered`)
          },
          { timeoutMs: waitMsMax, everyMs: 50 },
        )
      })
      return sliceOf([], { ...used, count: transactions * eventsEach })
    },

    async posted(count: number, concurrency: number): Promise<Slice> {
      const { used } = await using(bare.pid, undefined, () =>
        bare.ask<number>('post', { url: receiver.url, count, concurrency }),
      )
      return sliceOf([], { ...used, count })
    },
  }
}
