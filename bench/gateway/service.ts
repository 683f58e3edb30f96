// The service behind the gateway as a process of its own, which believes the gateway's tokens alone.
import { serve } from '@micro/service/process'
import { createTokenVerifier, type TokenPublicKey } from '@micro/signing'
import { input, tell } from './program.ts'
import { runtime, standIn } from './stand-in.ts'

const { publicKey } = input<{ publicKey: TokenPublicKey }>()
const deps = runtime('payments')
const verifier = createTokenVerifier({
  audience: 'payments',
  publicKeys: { gateway: [publicKey] },
  clock: deps.clock,
})
const service = standIn(deps)
const { port } = await serve({
  ...deps,
  service,
  verifier,
  ready: () => Promise.resolve({ status: 'ok', warnings: [] }),
  host: '127.0.0.1',
  port: 0,
  drainMs: 0,
})
tell(port)
