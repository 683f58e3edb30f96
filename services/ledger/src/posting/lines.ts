/** Those who wait, in lines that take turns. Each line keeps its order. */
export const createLines = <W extends { readonly bytes: number }>() => {
  // In the order of their turns.
  const lines = new Map<string, { readonly waiting: W[]; bytes: number }>()
  let count = 0
  let bytes = 0
  const none = { count: 0, bytes: 0 }
  return {
    all: () => ({ count, bytes }),
    of(name: string): { readonly count: number; readonly bytes: number } {
      const line = lines.get(name)
      return line === undefined ? none : { count: line.waiting.length, bytes: line.bytes }
    },
    add(name: string, item: W): void {
      const line = lines.get(name) ?? { waiting: [], bytes: 0 }
      line.waiting.push(item)
      line.bytes += item.bytes
      lines.set(name, line)
      count++
      bytes += item.bytes
    },
    /** Takes whoever is next, unless there is none or it does not pass; its line then waits for all others. */
    next(passes: (item: W) => boolean): W | undefined {
      const [first] = lines
      if (first === undefined) return undefined
      const [name, line] = first
      const [item] = line.waiting
      if (item === undefined || !passes(item)) return undefined
      line.waiting.shift()
      line.bytes -= item.bytes
      lines.delete(name)
      if (line.waiting.length > 0) lines.set(name, line)
      count--
      bytes -= item.bytes
      return item
    },
  }
}
