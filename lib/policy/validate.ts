import { isRegExp } from 'node:util/types'
import type { ValueError } from '@sinclair/typebox/errors'
import { pointer, show, type CorsIssue } from './issue.js'
import { checkHeaderName, checkMethod, checkRequestHeader, checkResponseHeader, readList, readNames, type Names, type Report } from './list-option.js'
import { ALLOWANCES, CorsOptionsSchema, type CorsOptions, type DangerousAllowance } from './options.js'
import { readOriginPolicy, type OriginPolicy } from './origin-option.js'
import { Errors, ValueErrorType } from './typebox.js'
import { unknownOption } from './unknown-option.js'

/** Options that were checked, in the one form that each has after it. */
export interface CheckedOptions {
  readonly origins: OriginPolicy
  readonly credentials: boolean
  /** `undefined`: those of the routes at the URL. */
  readonly methods: Names | undefined
  readonly allowedHeaders: Names
  readonly exposedHeaders: Names
  readonly maxAge: number | false
  readonly vary: readonly string[]
  readonly optionsSuccessStatus: number
  readonly cacheControl: string | undefined
  readonly preflight: boolean
  readonly preflightContinue: boolean
  readonly rawHeaders: boolean
  readonly hideOptionsRoute: boolean
  readonly logLevel: NonNullable<CorsOptions['logLevel']> | undefined
  readonly dangerouslyAllow: readonly DangerousAllowance[]
}

/**
 * What is wrong with a set of options, without a Fastify instance: for a check in a build. Takes any value, throws
 * nothing.
 *
 * @returns every issue, those of shape first; none when the options are good
 */
export function validateCorsOptions (options: unknown): CorsIssue[] {
  const issues: CorsIssue[] = []
  readOptions(options, issue => { issues.push(issue) })
  return issues
}

/** Checks options against the schema, then against the rules of the Fetch standard; `undefined` if anything is wrong. */
export function readOptions (input: unknown, report: Report): CheckedOptions | undefined {
  const snapshot = takeSnapshot(input, report)
  if (snapshot === undefined) return undefined
  const wrong = checkShape(snapshot, report)
  // Each rule looks at the options it needs that have the right shape, so that everything wrong shows at once.
  return checkRules(snapshot as Partial<CorsOptions>, wrong, report)
}

/** Reads each property once: whatever a getter or a proxy does next, what was checked is what is used. */
function takeSnapshot (input: unknown, report: Report): Readonly<Record<string, unknown>> | undefined {
  const reject = (message: string): undefined => {
    report({ code: 'UNREADABLE_OPTIONS', path: '', message, hint: "pass an object: { origin: 'https://app.example.com' }" })
  }
  if (typeof input !== 'object' || input === null) return reject(`the options are ${show(input)}, not an object`)
  try {
    if (Array.isArray(input)) return reject('the options are a list, not an object')
    const snapshot: Record<string, unknown> = Object.create(null)
    for (const [name, value] of Object.entries(input)) {
      if (value !== undefined) snapshot[name] = Array.isArray(value) ? Array.from(value, toPlain) : toPlain(value)
    }
    return snapshot
  } catch (cause) {
    return reject(`the options cannot be read (${show(cause)})`)
  }
}

/** What no option takes; nothing is asked of the object itself, which may be anybody's proxy. */
const SOME_OBJECT: unknown = Object.freeze({})

/** A RegExp is copied, from another realm too, so that what was done to it does not count. */
function toPlain (value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return isRegExp(value) ? new RegExp(value) : SOME_OBJECT
}

/** @returns the names of the options that are unknown, or whose shape is wrong */
function checkShape (snapshot: Readonly<Record<string, unknown>>, report: Report): Set<string> {
  const wrong = new Set<string>()
  for (const error of Errors(CorsOptionsSchema, snapshot)) {
    if (error.type === ValueErrorType.ObjectAdditionalProperties) {
      const name = unescapePointer(error.path)
      wrong.add(name)
      report(unknownOption(name, Object.keys(CorsOptionsSchema.properties)))
      continue
    }
    const name = error.path.split('/')[1] as string
    // A missing property is told twice, as missing and as of the wrong type.
    if (wrong.has(name)) continue
    wrong.add(name)
    for (const issue of shapeIssues(error)) report(issue)
  }
  return wrong
}

function unescapePointer (path: string): string {
  return path.slice(1).replaceAll('~1', '/').replaceAll('~0', '~')
}

/** The path of a list's item. */
const LIST_ITEM = /\/\d/

function shapeIssues (error: ValueError): CorsIssue[] {
  if (error.type === ValueErrorType.ObjectRequiredProperty) {
    return [{
      code: 'MISSING_ORIGIN',
      path: '/origin',
      message: 'origin is missing: there is no default that would be both safe and of use',
      hint: "list the origins of your front ends, for example ['https://app.example.com']; if it comes from the environment, the variable is not set"
    }]
  }
  if (error.path === '/origin' && error.value === true) {
    return [{
      code: 'INVALID_TYPE',
      path: '/origin',
      message: 'origin: true would reflect every origin, which browsers take for permission to use credentials',
      hint: "write '*' for a public API without credentials, or list the origins"
    }]
  }
  const deeper = error.errors.flatMap(branch => [...branch]).filter(({ path }) => LIST_ITEM.test(path))
  return (deeper.length > 0 ? deeper : [error]).map(({ path, value, schema }) => ({
    code: 'INVALID_TYPE' as const,
    path,
    message: `must be ${String(schema.description)}, but is ${show(value)}`,
    hint: String(schema['hint'])
  }))
}

function checkRules (options: Partial<CorsOptions>, wrong: ReadonlySet<string>, report: Report): CheckedOptions | undefined {
  let good = wrong.size === 0
  const tell: Report = issue => {
    good = false
    report(issue)
  }
  function read<Name extends keyof CorsOptions> (name: Name): CorsOptions[Name] | undefined {
    return wrong.has(name) ? undefined : options[name]
  }

  const credentials = read('credentials') ?? false
  const allowances = new Set(readAllowances(read('dangerouslyAllow'), tell))
  const origin = read('origin')
  const origins = origin === undefined ? undefined : readOriginPolicy(origin, { credentials, allowances }, tell)

  const methods = read('methods')
  const allowedMethods = methods === undefined ? undefined : readNames('methods', methods, tell, checkMethod)
  const allowedHeaders = readNames('allowedHeaders', read('allowedHeaders') ?? [], tell, checkRequestHeader, true)
  const exposedHeaders = readNames('exposedHeaders', read('exposedHeaders') ?? [], tell, checkResponseHeader, true)
  if (exposedHeaders === '*' && credentials) {
    tell({
      code: 'WILDCARD_WITH_CREDENTIALS',
      path: '/exposedHeaders',
      message: "'*' with credentials: true exposes a header called \"*\" and nothing else (https://fetch.spec.whatwg.org/#cors-protocol-and-credentials)",
      hint: "list the response headers that your pages read: ['Location', 'X-Total-Count']"
    })
  }
  const vary = readVary(read('vary'), tell)
  const cacheControl = readCacheControl(read('cacheControl'), tell)

  if (!good || origins === undefined) return undefined
  return {
    origins,
    credentials,
    methods: allowedMethods,
    allowedHeaders,
    exposedHeaders,
    maxAge: options.maxAge ?? 600,
    vary,
    optionsSuccessStatus: options.optionsSuccessStatus ?? 204,
    cacheControl,
    preflight: options.preflight ?? true,
    preflightContinue: options.preflightContinue ?? false,
    rawHeaders: options.rawHeaders ?? false,
    hideOptionsRoute: options.hideOptionsRoute ?? true,
    logLevel: options.logLevel,
    dangerouslyAllow: [...allowances]
  }
}

function readAllowances (option: CorsOptions['dangerouslyAllow'], report: Report): DangerousAllowance[] {
  if (option === undefined) return []
  return readList('dangerouslyAllow', option, report).flatMap(({ value, path }) => {
    if (ALLOWANCES.includes(value)) return [value as DangerousAllowance]
    report({
      code: 'INVALID_TYPE',
      path,
      message: `${show(value)} is not a rule that can be switched off`,
      hint: `the rules are ${ALLOWANCES.join(', ')}`
    })
    return []
  })
}

function readVary (option: CorsOptions['vary'], report: Report): string[] {
  if (option === undefined) return []
  return readList('vary', option, report).map(item => {
    const issue = item.value === '*' ? wildcardInVary(item.path) : checkHeaderName(item)
    if (issue !== undefined) report(issue)
    return item.value
  })
}

function wildcardInVary (path: string): CorsIssue {
  return {
    code: 'WILDCARD_IN_LIST',
    path,
    message: 'Vary: * would keep every response of this scope out of every cache',
    hint: 'name the request headers that the origin function looks at'
  }
}

/** RFC 9110 §5.5: visible characters, with spaces and tabs between them; what Node accepts in a header. */
const FIELD_VALUE = /^[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?$/

function readCacheControl (option: CorsOptions['cacheControl'], report: Report): string | undefined {
  if (typeof option !== 'string') return option === undefined ? undefined : `max-age=${option}`
  if (!FIELD_VALUE.test(option)) {
    report({
      code: 'INVALID_HEADER_VALUE',
      path: pointer('cacheControl'),
      message: `${show(option)} cannot be sent as a header`,
      hint: "write a number of seconds, or a value such as 'public, max-age=3600'"
    })
  }
  return option
}
