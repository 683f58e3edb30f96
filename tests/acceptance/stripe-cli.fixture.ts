import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { start, temporaryDirectory, type Ended, type Running } from '../e2e/harness.ts'

const { platform, arch } = process
/** The official command line: a program inside an npm package, which brings nothing down when it is installed or run. */
export const stripeProgram = join(
  dirname(createRequire(import.meta.url).resolve(`@stripe/cli-${platform}-${arch}/package.json`)),
  'bin',
  platform === 'win32' ? 'stripe.exe' : 'stripe',
)

/** Nobody but Micro hears of what it does: no telemetry, and where it would call out by itself is nobody. */
const quiet = {
  STRIPE_CLI_TELEMETRY_OPTOUT: '1',
  DO_NOT_TRACK: '1',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  NO_PROXY: '127.0.0.1',
}

export interface StripeCli {
  /** Runs a command to its end. */
  run(args: readonly string[], input?: string): Promise<Ended>
  /** Starts one that goes on until it is ended. */
  start(args: readonly string[]): Running
  /** Runs one that takes no `--api-base`. */
  runBare(args: readonly string[]): Promise<Ended>
}

/** The official command line, unmodified, for whoever holds `key`, with settings of its own. */
export const openStripeCli = async (url: string, key?: string): Promise<StripeCli> => {
  const home = await temporaryDirectory()
  const env = { ...quiet, HOME: home, XDG_CONFIG_HOME: home, ...(key === undefined ? {} : { STRIPE_API_KEY: key }) }
  const begin: StripeCli['start'] = (args) => start(stripeProgram, [...args, '--api-base', url], { env })
  return {
    start: begin,
    runBare: (args) => start(stripeProgram, args, { env }).ended,
    run: (args, input) =>
      start(stripeProgram, [...args, '--api-base', url], { env, ...(input === undefined ? {} : { input }) }).ended,
  }
}

/** What a program on localhost was sent. */
export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly event: { readonly id: string; readonly type: string }
}

/** A program on localhost that takes events. */
export const openReceiver = async (status = 200) => {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const event = JSON.parse(body) as Received['event']
      received.push({ path: request.url ?? '', headers: request.headers, body, event })
      response.writeHead(status).end('taken')
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/webhook`,
    received,
    types: () => received.map(({ event }) => event.type),
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

/** Ends a command as Ctrl-C does. */
export const interrupt = (running: Running): Promise<Ended> => {
  running.child.kill('SIGINT')
  return running.ended
}
