import { parseArgs } from 'node:util'
import type { Engine } from '../fetch/engine-differences.js'
import type { Header } from '../fetch/header-list.js'
import type { FetchRequest } from '../fetch/request.js'
import { correctOrigin } from '../origin/correction.js'
import { parseOrigin } from '../origin/origin.js'
import { isForbiddenRequestHeader } from '../protocol/header-name.js'
import { isToken } from '../protocol/token.js'
import { UsageError } from './errors.js'
import { nearest } from '../text/misspelling.js'
import { parseUrl } from '../text/url.js'
import { DEFAULT_TIMEOUT, MAX_TIMEOUT } from './send.js'

/** The most edits between a misspelt word and what is suggested for it. */
const MAX_EDITS = 2

/** A command line that was understood. */
export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'version' }
  | { readonly name: 'check', readonly file: string }
  | ExplainCommand

export interface ExplainCommand {
  readonly name: 'explain'
  readonly request: FetchRequest
  /** Those that a page cannot set but somebody gave, to stand for the browser's own. */
  readonly cookie: string | undefined
  /** Whether the actual request is sent whatever its method is. */
  readonly send: boolean
  readonly engine: Engine | undefined
  /** In seconds. */
  readonly timeout: number
  readonly json: boolean
  /** What was not taken as it was given. */
  readonly notes: readonly string[]
}

const OPTIONS = {
  origin: { type: 'string' },
  method: { type: 'string', short: 'X' },
  header: { type: 'string', short: 'H', multiple: true },
  credentials: { type: 'boolean' },
  send: { type: 'boolean' },
  engine: { type: 'string' },
  timeout: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' }
} as const

type OptionName = keyof typeof OPTIONS

const COMMANDS = ['explain', 'check'] as const

const ENGINES: Readonly<Record<string, Engine>> = {
  chromium: 'chromium', chrome: 'chromium', edge: 'chromium', gecko: 'gecko', firefox: 'gecko', webkit: 'webkit', safari: 'webkit'
}

/** What a header is sent with that was given by its name only: values of the kind that pages send. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  accept: '*/*',
  'accept-language': 'en',
  authorization: 'Bearer placeholder',
  'content-language': 'en',
  'content-type': 'application/json',
  range: 'bytes=0-'
}

/** What Node sends as a header, and Latin-1 can hold. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/**
 * Reads the arguments that follow the program's name.
 *
 * @throws {UsageError} if they make no sense
 */
export function readArguments (argv: readonly string[]): Command {
  const { given, positionals } = parse(argv)
  if (given.has('help')) return { name: 'help' }
  if (given.has('version')) return { name: 'version' }
  const [name, ...operands] = positionals
  switch (name) {
    case undefined: throw new UsageError('a command is missing: explain or check')
    case 'explain': return readExplain(operands, given)
    case 'check': return readCheck(operands, given)
    default: throw new UsageError(`unknown command '${name}'; ${suggestion(name, COMMANDS, '')}`)
  }
}

type Given = ReadonlyMap<OptionName, readonly string[]>

/** Not by the strict mode of parseArgs: it names neither the nearest option nor the second of two. */
function parse (argv: readonly string[]): { given: Given, positionals: readonly string[] } {
  const { tokens, positionals } = parseArgs({ args: [...argv], options: OPTIONS, strict: false, tokens: true })
  const given = new Map<OptionName, string[]>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const { rawName, value, inlineValue } = token
    if (!isOptionName(token.name)) {
      throw new UsageError(`unknown option ${rawName}; ${suggestion(token.name, Object.keys(OPTIONS), '--')}`)
    }
    const { type } = OPTIONS[token.name]
    if (type === 'boolean' && value !== undefined) throw new UsageError(`${rawName} takes no value`)
    if (type === 'string' && (value === undefined || value === '' || (value.startsWith('-') && inlineValue !== true))) {
      throw new UsageError(`${rawName} needs a value`)
    }
    const values = given.get(token.name) ?? []
    if (type === 'string' && values.length > 0 && token.name !== 'header') throw new UsageError(`${rawName} is given twice`)
    given.set(token.name, [...values, value ?? ''])
  }
  return { given, positionals }
}

function isOptionName (name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name)
}

function suggestion (word: string, known: readonly string[], prefix: string): string {
  const meant = nearest(word.toLowerCase(), known, () => MAX_EDITS)
  return meant === undefined ? `there are ${known.map(name => prefix + name).join(', ')}` : `did you mean ${prefix}${meant}?`
}

function readCheck (operands: readonly string[], given: Given): Command {
  const [option] = given.keys()
  if (option !== undefined) throw new UsageError(`check takes no --${option}`)
  return { name: 'check', file: only(operands, 'check', 'FILE') }
}

function only (operands: readonly string[], command: string, what: string): string {
  const [operand, next] = operands
  if (operand === undefined || operand === '') throw new UsageError(`${command} needs a ${what}: ${command} ${what}`)
  if (next !== undefined) throw new UsageError(`${command} takes one ${what}, and '${next}' is a second`)
  return operand
}

function readExplain (operands: readonly string[], given: Given): ExplainCommand {
  const read = (name: OptionName): string | undefined => given.get(name)?.[0]
  const url = readUrl(only(operands, 'explain', 'URL'))
  const origin = readOrigin(read('origin'))
  const method = read('method') ?? 'GET'
  if (!isToken(method)) throw new UsageError(`--method '${method}' is not a method's name`)
  const credentials = given.has('credentials')
  const headers = (given.get('header') ?? []).map(readHeader)
  const cookies = headers.filter(isCookie).map(({ header: [, value] }) => value)
  return {
    name: 'explain',
    request: {
      url,
      origin,
      method,
      headers: headers.map(({ header }) => header).filter(([name]) => !isForbiddenRequestHeader(name)),
      credentials: credentials ? 'include' : 'same-origin'
    },
    cookie: cookies.length === 0 ? undefined : cookies.join('; '),
    send: given.has('send'),
    engine: readEngine(read('engine')),
    timeout: readTimeout(read('timeout')),
    json: given.has('json'),
    notes: [
      ...headers.flatMap(headerNote),
      ...cookieNote(cookies.length > 0, credentials)
    ]
  }
}

function readUrl (text: string): string {
  const url = parseUrl(text)
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const meant = text.includes('://') ? undefined : correctOrigin(text)?.replace(/:.*/, `://${text}`)
    throw new UsageError(`'${text}' is not an http: or https: URL${meant === undefined ? '' : `; did you mean ${meant}?`}`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError('fetch() takes no URL with a user name or password; leave it out, or use --header \'Authorization: …\'')
  }
  url.hash = ''
  return url.href
}

function readOrigin (text: string | undefined): string {
  if (text === undefined) throw new UsageError('--origin is missing: that of the page, such as --origin https://app.example.com')
  if (text === 'null' || parseOrigin(text) !== undefined) return text
  const meant = correctOrigin(text)
  throw new UsageError(`--origin '${text}' is not an origin as browsers send it` +
    `; ${meant === undefined || meant.includes('*') ? 'write for example https://app.example.com' : `did you mean ${meant}?`}`)
}

interface GivenHeader {
  readonly header: Header
  readonly isPlaceholder: boolean
}

function readHeader (text: string): GivenHeader {
  const colon = text.indexOf(':')
  const name = (colon === -1 ? text : text.slice(0, colon)).trim()
  if (!isToken(name)) throw new UsageError(`--header '${text}': '${name}' is not a header's name; write 'name: value'`)
  if (colon === -1) return { header: [name, PLACEHOLDERS[name.toLowerCase()] ?? 'placeholder'], isPlaceholder: true }
  const value = text.slice(colon + 1).trim()
  if (!FIELD_VALUE.test(value)) throw new UsageError(`--header '${text}': the value has characters that no header can carry`)
  return { header: [name, value], isPlaceholder: false }
}

function isCookie ({ header: [name] }: GivenHeader): boolean {
  return name.toLowerCase() === 'cookie'
}

function headerNote (given: GivenHeader): string[] {
  const { header: [name, value], isPlaceholder } = given
  if (isCookie(given)) return []
  if (isForbiddenRequestHeader(name)) return [`No page can set the header ${name}: it was left out`]
  return isPlaceholder ? [`${name} has no value on the command line, and was taken for '${name}: ${value}'`] : []
}

function cookieNote (hasCookie: boolean, credentials: boolean): string[] {
  if (hasCookie && !credentials) return ['To another origin a browser sends cookies only with --credentials']
  if (hasCookie) return ['The Cookie header stands for what the browser has: no page can set it']
  return credentials ? ["No cookie was sent; one can be given with --header 'Cookie: …'"] : []
}

function readEngine (text: string | undefined): Engine | undefined {
  if (text === undefined) return undefined
  const name = text.toLowerCase()
  if (!Object.hasOwn(ENGINES, name)) {
    throw new UsageError(`--engine '${text}' is not known; ${suggestion(name, Object.keys(ENGINES), '')}`)
  }
  return ENGINES[name]
}

function readTimeout (text: string | undefined): number {
  if (text === undefined) return DEFAULT_TIMEOUT
  const seconds = /^[0-9]{1,9}(?:\.[0-9]{1,3})?$/.test(text) ? Number(text) : 0
  if (seconds === 0 || seconds > MAX_TIMEOUT) {
    throw new UsageError(`--timeout '${text}' is not a number of seconds up to ${MAX_TIMEOUT}`)
  }
  return seconds
}
