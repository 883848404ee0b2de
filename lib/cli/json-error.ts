/** https://www.rfc-editor.org/rfc/rfc8259#section-2: a token and what kind it is, after white space. */
// eslint-disable-next-line no-control-regex
const TOKEN = /[ \t\n\r]*(?:([{}[\]:,])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null))/y
const WHITE_SPACE = /[ \t\n\r]*/y

/** What may come next: inside which container, and after what. */
type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end'

/** Where a text stops being JSON, and what stands there. Counted from 1, as editors do. */
export interface JsonError {
  readonly line: number
  readonly column: number
  /** `undefined`: the text ends too early. */
  readonly found: string | undefined
}

/**
 * Finds the first error in a text that JSON.parse rejected: its messages differ between versions of Node, and not all
 * of them name a position.
 */
export function findJsonError (text: string): JsonError {
  const offset = errorOffset(text)
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  const found = text.codePointAt(offset)
  return {
    line: before.split('\n').length,
    column: offset - lineStart + 1,
    found: found === undefined ? undefined : String.fromCodePoint(found)
  }
}

function errorOffset (text: string): number {
  const open: string[] = []
  let expected: Expected = 'value'
  let offset = 0
  for (;;) {
    TOKEN.lastIndex = WHITE_SPACE.lastIndex = offset
    const token = TOKEN.exec(text)
    WHITE_SPACE.test(text)
    if (token === null) return WHITE_SPACE.lastIndex
    const [, punctuation, string] = token
    const next = follow(expected, punctuation ?? (string === undefined ? 'scalar' : 'string'), open)
    if (next === undefined) return WHITE_SPACE.lastIndex
    expected = next
    offset = TOKEN.lastIndex
  }
}

/** @returns what may come after this token; `undefined` if it may not come itself */
function follow (expected: Expected, kind: string, open: string[]): Expected | undefined {
  if (kind === ']' || kind === '}') {
    const closes = expected === ', or end' || expected.endsWith(kind)
    return closes && open.pop() === (kind === ']' ? '[' : '{') ? ', or end' : undefined
  }
  switch (expected) {
    case ':': return kind === ':' ? 'value' : undefined
    case ', or end':
      if (kind !== ',' || open.length === 0) return undefined
      return open.at(-1) === '{' ? 'key' : 'value'
    case 'key':
    case 'key or }': return kind === 'string' ? ':' : undefined
    case 'value':
    case 'value or ]':
      if (kind === 'string' || kind === 'scalar') return ', or end'
      if (kind !== '{' && kind !== '[') return undefined
      open.push(kind)
      return kind === '{' ? 'key or }' : 'value or ]'
  }
}
