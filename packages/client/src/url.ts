import type { Route } from '@micro/contracts'
import type { CallInput } from './client.ts'

const pathFor = (route: Pick<Route, 'path'>, params: object | undefined): string =>
  route.path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String((params as Record<string, unknown>)[name])),
  )

const queryFor = (query: object | undefined): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue
    if (typeof value === 'object' && value !== null)
      for (const [member, bound] of Object.entries(value)) search.append(`${name}[${member}]`, String(bound))
    else search.append(name, String(value))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

/** Where a call goes, below whatever address the server has. */
export const urlFor = (baseUrl: string, route: Pick<Route, 'path'>, input: CallInput): string =>
  `${baseUrl.replace(/\/+$/, '')}${pathFor(route, input.params)}${queryFor(input.query)}`
