import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { createTemplates } from './templates.ts'
import { atUntimelyEnd } from './untimely-end.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where test files ask for the template of a service. */
    microTemplates: string
  }
}

type Templates = ReturnType<typeof createTemplates>

const answer = async (templates: Templates, service: string, response: ServerResponse) => {
  try {
    const template = await templates.get(service)
    if (!template) response.writeHead(404).end(`services/${service} has no migrations folder`)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(template))
  } catch (error) {
    response.writeHead(500).end(error instanceof Error ? error.stack : String(error))
  }
}

const listen = (templates: Templates) =>
  new Promise<{ url: string; close: () => void }>((resolve, reject) => {
    const server = createServer((request, response) => {
      void answer(templates, (request.url ?? '/').slice(1), response)
    })
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      const close = () => {
        server.close()
        server.closeAllConnections()
      }
      resolve({ url: `http://127.0.0.1:${port}`, close })
    })
  })

/** Once per run: test files share one PostgreSQL, started by the first that needs it and removed after the last. */
export default async function setup(project: TestProject) {
  const templates = createTemplates()
  const { url, close } = await listen(templates)
  project.provide('microTemplates', url)
  const callOff = atUntimelyEnd(templates.killNow)
  return async () => {
    close()
    await templates.stop()
    callOff()
  }
}
