// Apart from index.ts, so that whoever runs every service in one process loads none of it.
export { clientIpHeader, requestIdHeader, tokenRefusedHeader } from './door.ts'
export { readEnvironment, type DatabaseConfig, type ProcessConfig } from './environment.ts'
export { runProcess, type Undo } from './run.ts'
export { serve, type Served } from './serve.ts'
