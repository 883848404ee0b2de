// The plugin's options as text: as people write them in JavaScript, and as JSON between the page and its server.
// Nothing is ever evaluated, so functions and variables are left out; RegExps are not.

const TOKEN = new RegExp([
  /\s+|\/\/.*|\/\*[^]*?\*\//,
  /(?<sign>[{}[\]:,])/,
  /(?<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")/,
  /(?<regexp>\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*)/,
  /(?<word>-?[\w$]+(?:\.[\w$]+)*)/
].map(({ source }) => source).join('|'), 'y')

const CONSTANTS = { true: true, false: false, null: null }

/**
 * Reads an object as JavaScript writes it: `{ origin: ['https://app.example.com', /^https:…$/], credentials: true }`.
 *
 * @throws SyntaxError that names the line, or says what is wrong with a RegExp
 */
export function parseOptions (text) {
  const tokens = tokenize(text)
  let at = 0
  const fail = expected => {
    const { text, line } = tokens[at]
    throw new SyntaxError(`Line ${line}: ${expected} expected, not ${text === '' ? 'the end' : text}`)
  }
  const accept = text => tokens[at].kind === 'sign' && tokens[at].text === text && ++at > 0

  /** Items with commas between them, one more at the end if one likes. */
  function list (end, item) {
    const items = []
    while (!accept(end)) {
      items.push(item())
      if (accept(end)) break
      if (!accept(',')) fail(`, or ${end}`)
    }
    return items
  }

  function property () {
    const { kind, text } = tokens[at]
    if (kind !== 'word' && kind !== 'string') fail('the name of an option')
    at++
    if (!accept(':')) fail(':')
    return [kind === 'string' ? unquote(text) : text, value()]
  }

  function value () {
    if (accept('{')) return Object.fromEntries(list('}', property))
    if (accept('[')) return list(']', value)
    const { kind, text } = tokens[at]
    if (kind === 'string') return ++at && unquote(text)
    if (kind === 'regexp') return ++at && readRegExp(text)
    if (kind !== 'word') fail('a value')
    if (Object.hasOwn(CONSTANTS, text)) return ++at && CONSTANTS[text]
    if (!Number.isFinite(Number(text))) fail('a string in quotes, a number, true, false, a list or a RegExp (nothing is evaluated here)')
    return ++at && Number(text)
  }

  const options = value()
  if (tokens[at].kind !== 'end') fail('the end')
  return options
}

function tokenize (text) {
  const tokens = []
  let line = 1
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const start = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (match === null) throw new SyntaxError(`Line ${line}: ${text[start]} is not understood here`)
    const [kind] = Object.entries(match.groups).find(([, value]) => value !== undefined) ?? []
    if (kind !== undefined) tokens.push({ kind, text: match[0], line })
    line += match[0].split('\n').length - 1
  }
  return [...tokens, { kind: 'end', text: '', line }]
}

function unquote (text) {
  const inner = text.slice(1, -1).replace(/\\.|"/g, part => part === '"' ? '\\"' : part === "\\'" ? "'" : part)
  return JSON.parse(text[0] === "'" ? `"${inner}"` : text)
}

function readRegExp (text) {
  const end = text.lastIndexOf('/')
  return new RegExp(text.slice(1, end), text.slice(end + 1))
}

/** Writes options as one would type them. `parseOptions` reads it back. */
export function printOptions (options) {
  const lines = Object.entries(options).map(([name, value]) => `  ${/^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name)}: ${print(value)}`)
  return `{\n${lines.join(',\n')}\n}`
}

function print (value) {
  if (value instanceof RegExp) return String(value)
  if (typeof value === 'string') return quote(value)
  if (!Array.isArray(value)) return JSON.stringify(value)
  const items = value.map(print)
  const line = `[${items.join(', ')}]`
  return line.length <= 50 ? line : `[\n    ${items.join(',\n    ')}\n  ]`
}

function quote (text) {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

/** JSON, in which a RegExp is `{ "$regexp": [source, flags] }`. */
export function writeJson (options) {
  return JSON.stringify(options, (_key, value) => value instanceof RegExp ? { $regexp: [value.source, value.flags] } : value)
}

/** @throws SyntaxError if it is no JSON, or a RegExp in it is none */
export function readJson (json) {
  return JSON.parse(json, (_key, value) => Array.isArray(value?.$regexp) ? new RegExp(...value.$regexp.map(String)) : value)
}
