/** The API reference, from docs/openapi.json: a page for each kind of thing, and one that lists them. */
import { html, type Html } from '../html.ts'
import { fileOf } from '../links.ts'
import type { Rendered } from '../markdown.ts'
import { headingOf, routesOf, type OpenApi, type Route } from './document.ts'
import type { Recorded } from './examples.ts'
import { fieldsOf, fieldList } from './fields.ts'
import { groupOf, groups, type Group } from './groups.ts'
import { anchorOf, objectsOf } from './objects.ts'
import { drawOperation } from './operation.ts'

/** A page that no document stands behind. */
export interface MadePage extends Rendered {
  readonly address: string
  readonly title: string
}

/** What the reference is made of. */
export interface Sources {
  readonly openApi: OpenApi
  readonly errorCodes: ReadonlySet<string>
  readonly recorded: Recorded
}

const folder = 'reference/api'

const pageOf = (group: Group, routes: readonly Route[], { openApi, ...given }: Sources): MadePage => {
  const address = `${folder}/${group.name}`
  const objects = objectsOf(openApi, routes)
  const described = [...objects].map(
    ([name, schema]) =>
      html`<section>
        <h2 id="${anchorOf(name)}">The object <code>${name}</code></h2>
        ${fieldList(fieldsOf(schema), { mark: false })}
      </section> `,
  )
  return {
    address,
    title: group.title,
    body: html`<h1>${group.title}</h1>
      ${indexOf(routes)}
      ${routes.map((route) => drawOperation(route, { file: fileOf(address), openApi, objects, ...given }))} ${described}`,
    headings: [
      ...routes.map((route) => ({ level: 2, id: route.operationId, text: headingOf(route) })),
      ...[...objects.keys()].map((name) => ({ level: 2, id: anchorOf(name), text: name })),
    ],
  }
}

const indexOf = (routes: readonly Route[], page = ''): Html =>
  html`<ul class="routes">
    ${routes.map(
      ({ operationId, method, path, summary }) =>
        html`<li>
          <a href="${page}#${operationId}"
            ><span class="method ${method.toLowerCase()}">${method}</span> <code>${path}</code></a
          >
          <span>${summary}</span>
        </li>`,
    )}
  </ul>`

const contents = (
  openApi: OpenApi,
  used: readonly Group[],
  byGroup: ReadonlyMap<Group, readonly Route[]>,
): MadePage => ({
  address: `${folder}/index`,
  title: 'All operations',
  body: html`<h1>All operations</h1>
    <p>${openApi.components.securitySchemes['apiKey']?.description ?? ''}</p>
    <p>${openApi.components.securitySchemes['publishableKey']?.description ?? ''}</p>
    <p>Every answer has a <code>Request-Id</code>; every refusal is one of the <a href="../../errors/">errors</a>.</p>
    ${used.map(
      (group) =>
        html`<h2 id="${group.name}"><a href="${group.name}/">${group.title}</a></h2>
          ${indexOf(byGroup.get(group) ?? [], `${group.name}/`)}`,
    )}`,
  headings: used.map(({ name, title }) => ({ level: 2, id: name, text: title })),
})

/** On which page each operation is, by its name. */
export const operationAddresses = (openApi: OpenApi): ReadonlyMap<string, string> =>
  new Map(routesOf(openApi).map((route) => [route.operationId, `${folder}/${groupOf(route).name}`]))

/** All pages of the reference, in the order of the navigation. */
export const apiPages = (sources: Sources): MadePage[] => {
  const byGroup = Map.groupBy(routesOf(sources.openApi), groupOf)
  const used = groups.filter((group) => byGroup.has(group))
  return [
    contents(sources.openApi, used, byGroup),
    ...used.map((group) => pageOf(group, byGroup.get(group) ?? [], sources)),
  ]
}
