/**
 * What a process of an older version would miss or could not write after the schema went on: expand first, contract
 * only when nobody uses the old any more. Reads the text that dumpSchema makes.
 */
interface Column {
  readonly type: string
  readonly notNull: boolean
  /** It gets a value where an older process gives none. */
  readonly filled: boolean
}

interface Schema {
  /** By `table`, then by column. */
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, Column>>
  /** `role: privilege on table (column)` */
  readonly grants: ReadonlySet<string>
  readonly functions: ReadonlySet<string>
}

const columnLine = /^ {2}column (\S+) (.*?)( not null)?( default .*| generated .*)?$/
const grantLine = /^ {2}grant (\S+): ([^(]+?)(?: \((.*)\))?$/

const readColumns = (lines: readonly string[]): Map<string, Column> =>
  new Map(
    lines.flatMap((line) => {
      const [, name, type, notNull, filled] = columnLine.exec(line) ?? []
      if (name === undefined || type === undefined) return []
      return [[name, { type, notNull: notNull !== undefined, filled: filled !== undefined }] as const]
    }),
  )

const readGrants = (of: string, lines: readonly string[]): string[] =>
  lines.flatMap((line) => {
    const [, role, privileges = '', columns] = grantLine.exec(line) ?? []
    if (role === undefined) return []
    const places = columns === undefined ? [''] : columns.split(', ').map((column) => ` (${column})`)
    return privileges
      .split(', ')
      .flatMap((privilege) => places.map((place) => `${role}: ${privilege} on ${of}${place}`))
  })

const readSchema = (dump: string): Schema => {
  const blocks = dump.split('\n\n').map((block) => block.split('\n'))
  const tables = blocks.flatMap(([head = '', ...lines]) => {
    const [, name] = /^(?:partitioned )?table (?:.* )?(\S+)$/.exec(head) ?? []
    return name === undefined ? [] : [[name, readColumns(lines)] as const]
  })
  const grants = blocks.flatMap(([head = '', ...lines]) => readGrants(head.split(' ').at(-1) ?? '', lines))
  const functions = dump.matchAll(/^CREATE OR REPLACE FUNCTION (.*)$/gm)
  return {
    tables: new Map(tables),
    grants: new Set(grants),
    functions: new Set([...functions].map(([, name = '']) => name)),
  }
}

/** A right to a whole table is a right to each of its columns. */
const isGranted = ({ grants }: Schema, grant: string): boolean =>
  grants.has(grant) || grants.has(grant.replace(/ \(.*\)$/, ''))

const lostColumns = (
  table: string,
  before: ReadonlyMap<string, Column>,
  after: ReadonlyMap<string, Column>,
): string[] => [
  ...[...before].flatMap(([name, column]) => {
    const now = after.get(name)
    if (now === undefined) return [`column ${table}.${name} is gone`]
    if (now.type !== column.type) return [`column ${table}.${name} is ${now.type} and was ${column.type}`]
    if (now.notNull && !column.notNull) return [`column ${table}.${name} may no longer be null`]
    return []
  }),
  ...[...after].flatMap(([name, column]) =>
    before.has(name) || !column.notNull || column.filled ? [] : [`new column ${table}.${name} has no default`],
  ),
]

/** One sentence for everything an older process needs and does not find; empty when both versions can work side by side. */
export const lost = (before: string, after: string): string[] => {
  const [old, now] = [readSchema(before), readSchema(after)]
  return [
    ...[...old.tables].flatMap(([table, columns]) => {
      const found = now.tables.get(table)
      return found === undefined ? [`table ${table} is gone`] : lostColumns(table, columns, found)
    }),
    ...[...old.grants].filter((grant) => !isGranted(now, grant)).map((grant) => `${grant} is no longer granted`),
    ...[...old.functions].filter((name) => !now.functions.has(name)).map((name) => `function ${name} is gone`),
  ]
}
