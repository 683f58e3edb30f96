import { rankOf, type Flow } from './flows.ts'

/** One account in one column: one that money comes back to stands there once more, behind where it came from. */
interface Place {
  readonly account: string
  readonly column: number
  readonly isBack: boolean
}

export interface DrawnPlace extends Place {
  readonly key: string
  readonly amount: bigint
  readonly x: number
  readonly y: number
  readonly height: number
}

export interface DrawnFlow {
  readonly flow: Flow
  readonly isBack: boolean
  /** The outline of a band, as the `d` of a path. */
  readonly outline: string
}

export interface Picture {
  readonly width: number
  readonly height: number
  readonly places: readonly DrawnPlace[]
  readonly flows: readonly DrawnFlow[]
}

export const placeWidth = 10
/** Room at the right for what the last accounts are called. */
const labelWidth = 92
const columnWidthMin = 96
/** What the account that most went through is high. */
const heightMost = 240
const placeHeightMin = 4
const thicknessMin = 1.5
/** A name has three lines, and stands beside its account. */
const labelHeight = 44
const gap = 14

const sumOf = (flows: readonly Flow[]): bigint => flows.reduce((sum, { amount }) => sum + amount, 0n)

/** Accounts as a picture has them from left to right: where money comes from first. */
const inOrder = (flows: readonly Flow[]): string[] => {
  const share = (account: string): number => {
    const out = sumOf(flows.filter(({ from }) => from === account))
    const into = sumOf(flows.filter(({ to }) => to === account))
    return Number(out - into) / Number(out + into)
  }
  const accounts = [...new Set(flows.flatMap(({ from, to }) => [from, to]))]
  const shares = new Map(accounts.map((account) => [account, share(account)]))
  return accounts.toSorted(
    (a, b) => rankOf(a) - rankOf(b) || (shares.get(b) ?? 0) - (shares.get(a) ?? 0) || (a < b ? -1 : 1),
  )
}

const keyOf = ({ account, column, isBack }: Place): string => `${column} ${account}${isBack ? ' back' : ''}`

/** From where to where each flow is drawn: always to the right, so that what goes in a circle is seen to come back. */
const routesOf = (flows: readonly Flow[]) => {
  const order = inOrder(flows)
  const rank = new Map(order.map((account, at) => [account, at]))
  const comesBack = ({ from, to }: Flow): boolean => (rank.get(from) ?? 0) >= (rank.get(to) ?? 0)
  const columns = new Map<string, number>()
  const columnOf = (account: string): number => columns.get(account) ?? 0
  for (const account of order)
    for (const flow of flows)
      if (flow.from === account && !comesBack(flow))
        columns.set(flow.to, Math.max(columnOf(flow.to), columnOf(account) + 1))
  return flows.map((flow) => {
    const isBack = comesBack(flow)
    const from: Place = { account: flow.from, column: columnOf(flow.from), isBack: false }
    const to: Place = { account: flow.to, column: isBack ? from.column + 1 : columnOf(flow.to), isBack }
    return { flow, isBack, from, to, fromKey: keyOf(from), toKey: keyOf(to) }
  })
}
type Route = ReturnType<typeof routesOf>[number]

/** Every account where it stands, with what went through it. */
const placesOf = (routes: readonly Route[]) => {
  const places = new Map(routes.flatMap(({ from, to, fromKey, toKey }) => [[fromKey, from] as const, [toKey, to]]))
  return [...places].map(([key, place]) => {
    const out = sumOf(routes.flatMap(({ fromKey, flow }) => (fromKey === key ? [flow] : [])))
    const into = sumOf(routes.flatMap(({ toKey, flow }) => (toKey === key ? [flow] : [])))
    return { ...place, key, amount: out > into ? out : into }
  })
}

/** Accounts one under the other in their columns, each beside what its money comes from, so that few bands cross. */
const stack = (routes: readonly Route[], lengthOf: (amount: bigint) => number, step: number) => {
  const drawn = new Map<string, DrawnPlace>()
  const beside = (key: string): number => {
    const into = routes.filter(({ toKey }) => toKey === key)
    return into.reduce((sum, { fromKey }) => sum + (drawn.get(fromKey)?.y ?? 0), 0) / Math.max(1, into.length)
  }
  const columns = Map.groupBy(placesOf(routes), ({ column }) => column)
  for (const [column, places] of [...columns].toSorted(([a], [b]) => a - b)) {
    let y = 4
    for (const place of places.toSorted((a, b) => beside(a.key) - beside(b.key) || (a.amount > b.amount ? -1 : 1))) {
      const height = Math.max(placeHeightMin, lengthOf(place.amount))
      drawn.set(place.key, { ...place, x: column * step, y, height })
      y += Math.max(height, labelHeight) + gap
    }
  }
  return drawn
}

interface Point {
  readonly x: number
  readonly y: number
}

const band = (from: Point, to: Point, thickness: number): string => {
  const middle = (from.x + to.x) / 2
  const point = (x: number, y: number): string => `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`
  const there = `M${point(from.x, from.y)}C${point(middle, from.y)} ${point(middle, to.y)} ${point(to.x, to.y)}`
  const [below, belowTo] = [from.y + thickness, to.y + thickness]
  return `${there}L${point(to.x, belowTo)}C${point(middle, belowTo)} ${point(middle, below)} ${point(from.x, below)}Z`
}

/** Bands of one account beside each other, in the order of where they go and come from, so that they do not cross there. */
const bandsOf = (
  routes: readonly Route[],
  places: ReadonlyMap<string, DrawnPlace>,
  lengthOf: (amount: bigint) => number,
) => {
  const [out, into] = [new Map<string, number>(), new Map<string, number>()]
  const take = (used: Map<string, number>, key: string, thickness: number): number => {
    const at = used.get(key) ?? places.get(key)?.y ?? 0
    used.set(key, at + thickness)
    return at
  }
  const yOf = (key: string): number => places.get(key)?.y ?? 0
  return routes
    .toSorted((a, b) => yOf(a.toKey) - yOf(b.toKey) || yOf(a.fromKey) - yOf(b.fromKey))
    .map(({ flow, isBack, fromKey, toKey }): DrawnFlow => {
      const thickness = Math.max(thicknessMin, lengthOf(flow.amount))
      const from = { x: (places.get(fromKey)?.x ?? 0) + placeWidth, y: take(out, fromKey, thickness) }
      const to = { x: places.get(toKey)?.x ?? 0, y: take(into, toKey, thickness) }
      return { flow, isBack, outline: band(from, to, thickness) }
    })
}

/**
 * Flows as bands between accounts, each as thick as what it moved, in a picture of so many pixels; a wider one where that
 * is too narrow for its columns.
 */
export const pictureOf = (flows: readonly Flow[], room: number): Picture => {
  const routes = routesOf(flows)
  const steps = Math.max(1, ...routes.map(({ to }) => to.column))
  const width = Math.max(room, steps * columnWidthMin + placeWidth + labelWidth)
  const most = placesOf(routes).reduce((max, { amount }) => (amount > max ? amount : max), 1n)
  const lengthOf = (amount: bigint): number => (Number(amount) / Number(most)) * heightMost
  const places = stack(routes, lengthOf, (width - placeWidth - labelWidth) / steps)
  const bottom = Math.max(...[...places.values()].map(({ y, height }) => y + Math.max(height, labelHeight)))
  return { width, height: bottom + 4, places: [...places.values()], flows: bandsOf(routes, places, lengthOf) }
}
