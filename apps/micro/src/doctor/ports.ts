import { createServer } from 'node:net'
import { checkOf, type Check } from './check.ts'

export const gatewayPort = 8080
/** Where the databases answer besides, for those who know them from there. */
export const databasePorts = [5433, 5434, 5435, 5436] as const

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)))
  })

/** Whether `micro up` will find its ports free. Of a Micro that runs they are its own. */
export const checkPorts = async (
  isRunning: boolean,
  { gateway = gatewayPort, databases = databasePorts }: { gateway?: number; databases?: readonly number[] } = {},
): Promise<Check> => {
  const check = checkOf('Ports')
  if (isRunning) return check.ok('in use by the Micro that runs here')
  if (!(await isFree(gateway)))
    return check.problem(
      `${gateway} is in use by another program`,
      `Find it with: lsof -i :${gateway}, or choose another port: micro up --port 9090`,
    )
  const taken: number[] = []
  for (const port of databases) if (!(await isFree(port))) taken.push(port)
  return taken.length === 0
    ? check.ok(`${gateway} and ${databases[0]} to ${databases.at(-1)} are free`)
    : check.warning(
        `${taken.join(', ')} in use by another program`,
        'Nothing has to be done: databases answer elsewhere then, see: micro db url',
      )
}
