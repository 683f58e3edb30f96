import {
  clearSearchPath,
  listColumnGrants,
  listConstraints,
  listFunctions,
  listIndexes,
  listPolicies,
  listRelationColumns,
  listRelationGrants,
  listRelations,
  listSchemaGrants,
  listTriggers,
  listTypes,
  type PartRow,
} from './catalogue.store.ts'
import type { Database } from './database.ts'

const PARTS = [
  ['column', listRelationColumns],
  ['constraint', listConstraints],
  ['index', listIndexes],
  ['policy', listPolicies],
  ['trigger', listTriggers],
  ['grant', listRelationGrants],
  ['grant', listColumnGrants],
] as const

const linesOf = (label: string, rows: PartRow[], relation: string) =>
  rows.filter((row) => row.relation === relation).map(({ definition }) => `  ${label} ${definition}`)

/**
 * A schema as text to be committed and compared: tables with columns, constraints, indexes, triggers (and whether
 * they are ALWAYS or disabled) and grants; types, views, sequences and functions. The same schema gives the same text
 * on every machine. Meant for reading and diffing, not for running.
 */
export const dumpSchema = (database: Database, schema: string): Promise<string> =>
  database.transaction(async (sql) => {
    // The catalogue leaves out the schema of what is on the search path, so the text would depend on the role.
    await clearSearchPath(sql)
    const parts = await Promise.all(PARTS.map(async ([label, list]) => ({ label, rows: await list(sql, schema) })))
    const relations = (await listRelations(sql, schema)).map(({ name, kind, definition }) => {
      const lines = parts.flatMap(({ label, rows }) => linesOf(label, rows, name))
      return [`${kind} ${schema}.${name}`, ...lines, ...(definition ? [definition] : [])].join('\n')
    })
    const types = (await listTypes(sql, schema)).map(({ definition }) => definition)
    const functions = (await listFunctions(sql, schema)).map(({ definition }) => definition.trimEnd())
    const grants = (await listSchemaGrants(sql, schema)).map(({ definition }) => `  ${definition}`)
    const head = [`schema ${schema}`, ...grants].join('\n')
    return `${[head, ...types, ...relations, ...functions].join('\n\n')}\n`
  })
