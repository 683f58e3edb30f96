/** Drawings of documents, put into the page itself so that they follow its light and dark. */
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import type { DrawingOf } from './markdown.ts'

/** Reads drawings beneath the repository's root. Throws for what is no SVG or would be refused by the pages' policy. */
export const createDrawings =
  (root: URL): DrawingOf =>
  (href, source) => {
    const path = posix.join(posix.dirname(source), href)
    const svg = readFileSync(new URL(path, root), 'utf8').trim()
    if (!svg.startsWith('<svg ') || /<script|<style|\sstyle=|\son\w+=/.test(svg))
      throw new Error(`${path}: a drawing is an SVG element without style or script of its own`)
    return svg
  }
