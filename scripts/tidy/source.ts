/**
 * Just enough of a reader for TypeScript to tell code from comments and text, since TypeScript 7 has no compiler API.
 * Every view of a file has the length and the line breaks of the original, so that an offset means the same in each.
 */

export type Literal = { readonly start: number; readonly text: string }

export type Import = {
  readonly specifier: string
  readonly line: number
  /** What stands between `import` and `from`. */
  readonly clause: string
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean
}

export type Source = {
  readonly path: string
  readonly text: string
  /** Comments and the insides of strings and templates are blank; code within `${…}` is not. */
  readonly code: string
  /** Only comments. */
  readonly comments: string
  /** Strings and the text parts of templates, joined per template, `${…}` left out. */
  readonly literals: readonly Literal[]
  readonly imports: readonly Import[]
}

export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length

const blank = (text: string): string => text.replace(/[^\n]/g, ' ')

// A slash after one of these begins a regular expression; after a name, a number or a closing bracket it divides.
const beforeRegExp = /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|void|delete|await|yield))\s*$/
const regExp = /\/(?:\\.|\[(?:\\.|[^\]\n\\])*\]|[^/\n\\[])+\/[a-z]*/y

/** Where the string that opens at `start` ends; an unfinished one ends with its line. */
const endOfString = (text: string, start: number): number => {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === text[start]) return at + 1
    else if (text[at] === '\n') return at
  }
  return text.length
}

type Views = { code: string; comments: string; literals: Literal[] }

/** Reads templates and their `${…}` in turn: `open` holds, for each template we are inside of, the depth of braces. */
const views = (text: string): Views => {
  const literals: Literal[] = []
  const open: { literal: { start: number; text: string }; braces: number }[] = []
  let code = ''
  let comments = ''
  let at = 0

  const take = (end: number, kind: 'code' | 'comment' | 'text'): void => {
    const piece = text.slice(at, end)
    code += kind === 'code' ? piece : blank(piece)
    comments += kind === 'comment' ? piece : blank(piece)
    at = end
  }

  const takeTemplate = (): void => {
    const template = open.at(-1)
    while (template && at < text.length) {
      if (text[at] === '`') {
        take(at + 1, 'code')
        open.pop()
        return
      }
      if (text.startsWith('${', at)) return take(at + 2, 'code')
      const end = text[at] === '\\' ? at + 2 : at + 1
      template.literal.text += text.slice(at, end)
      take(end, 'text')
    }
  }

  const takeCode = (): void => {
    const template = open.at(-1)
    const sign = text[at]
    if (sign === '{' && template) template.braces++
    if (sign === '}' && template && template.braces-- === 0) {
      template.braces = 0
      take(at + 1, 'code')
      return takeTemplate()
    }
    take(at + 1, 'code')
    if (sign !== '`') return
    const literal = { start: at, text: '' }
    literals.push(literal)
    open.push({ literal, braces: 0 })
    takeTemplate()
  }

  while (at < text.length) {
    if (text.startsWith('//', at)) take((text.indexOf('\n', at) + 1 || text.length + 1) - 1, 'comment')
    else if (text.startsWith('/*', at)) take((text.indexOf('*/', at + 2) + 1 || text.length - 1) + 1, 'comment')
    else if (text[at] === "'" || text[at] === '"') {
      const end = endOfString(text, at)
      literals.push({ start: at + 1, text: text.slice(at + 1, end - 1) })
      take(at + 1, 'code')
      take(end - 1, 'text')
      take(end, 'code')
    } else if (text[at] === '/' && beforeRegExp.test(code.slice(-20))) {
      regExp.lastIndex = at
      const end = regExp.test(text) ? regExp.lastIndex : at + 1
      take(end, 'text')
    } else takeCode()
  }
  return { code, comments, literals }
}

const importStatement = /\b(?:import|export)\b(?<clause>[^'"`;()]*?)\bfrom\s*['"]|\bimport\s*\(?\s*['"]/g

const isTypeOnly = (clause: string): boolean => {
  if (/^\s*type\b(?!\s*,|\s+from)/.test(clause)) return true
  const names = /^\s*\{(?<names>[^}]*)\}\s*$/.exec(clause)?.groups?.names
  const each = names?.split(',').filter((name) => name.trim() !== '')
  return each !== undefined && each.length > 0 && each.every((name) => /^\s*type\s+\w/.test(name))
}

const importsOf = (text: string, code: string): Import[] =>
  [...code.matchAll(importStatement)].map((match) => {
    const start = match.index + match[0].length
    const clause = match.groups?.clause ?? ''
    return {
      specifier: text.slice(start, endOfString(text, start - 1) - 1),
      line: lineOf(text, start),
      clause,
      typeOnly: isTypeOnly(clause),
    }
  })

/** Reads one TypeScript file. */
export const readSource = (path: string, text: string): Source => {
  const { code, comments, literals } = views(text)
  return { path, text, code, comments, literals, imports: importsOf(text, code) }
}
