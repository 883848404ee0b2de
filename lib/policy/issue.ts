import { isRegExp } from 'node:util/types'
import { printable } from '../text/printable.js'

/** What can be wrong with options; stable, for programs to look at. */
export type CorsIssueCode =
  | 'ALREADY_REGISTERED'
  | 'AMBIGUOUS_ROUTE_POLICY'
  | 'ANY_ORIGIN_WITH_CREDENTIALS'
  | 'EMPTY_ITEM'
  | 'EMPTY_LIST'
  | 'FORBIDDEN_HEADER'
  | 'FORBIDDEN_METHOD'
  | 'INSECURE_ORIGIN_WITH_CREDENTIALS'
  | 'INVALID_HEADER_NAME'
  | 'INVALID_HEADER_VALUE'
  | 'INVALID_METHOD'
  | 'INVALID_ORIGIN'
  | 'INVALID_TYPE'
  | 'MISSING_ORIGIN'
  | 'NULL_ORIGIN'
  | 'NULL_ORIGIN_WITH_CREDENTIALS'
  | 'PUBLIC_SUFFIX_WITH_CREDENTIALS'
  | 'UNESCAPED_DOT'
  | 'UNKNOWN_OPTION'
  | 'UNMATCHABLE_REGEXP'
  | 'UNREADABLE_OPTIONS'
  | 'UNSAFE_REGEXP'
  | 'WILDCARD_IN_LIST'
  | 'WILDCARD_WITH_CREDENTIALS'

/** One thing that is wrong with a set of options. */
export interface CorsIssue {
  readonly code: CorsIssueCode
  /** Where: a JSON Pointer (RFC 6901) into the options, such as `/origin/2`; `''` for the options as a whole. */
  readonly path: string
  /** What is wrong, and why it matters. */
  readonly message: string
  /** What to write instead. */
  readonly hint: string
}

/**
 * Thrown out of `register` and `ready` (and when a route is added, for its `config.cors`) when options are wrong. The
 * message lists every issue, one a line.
 */
export class CorsOptionsError extends Error {
  override readonly name = 'CorsOptionsError'
  readonly code = 'CORS_INVALID_OPTIONS'
  readonly issues: readonly CorsIssue[]

  /**
   * @param issues at least one
   * @param where the place in the application, such as `route PUT /users`; none for the registration itself
   */
  constructor (issues: readonly CorsIssue[], where?: string) {
    const lines = issues.map(({ path, message, hint }) => `  ${path === '' ? '' : `${printable(shorten(path))}: `}${message} → ${hint}`)
    super([`Invalid CORS options${where === undefined ? '' : ` of ${where}`}:`, ...lines].join('\n'))
    this.issues = issues
  }
}

/** A JSON Pointer to a property or an item. */
export function pointer (...keys: Array<string | number>): string {
  return keys.map(key => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The longest piece of a value that a message shows. */
const MAX_SHOWN_LENGTH = 80

/** A value as a message shows it: on one line, without control characters, and short. */
export function show (value: unknown): string {
  if (typeof value === 'string') return printable(JSON.stringify(shorten(value)))
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) return showObject(value)
  return printable(shorten(typeof value === 'bigint' ? `${value}n` : String(value)))
}

function showObject (value: object): string {
  try {
    if (isRegExp(value)) return printable(shorten(`/${value.source}/${value.flags}`))
    if (value instanceof Error) return show(String(value.message))
    if (Array.isArray(value)) return value.length === 0 ? '[]' : 'a list'
  } catch {
    // A proxy, revoked ones first of all, or a getter throws whatever is asked of it.
  }
  return 'an object'
}

function shorten (text: string): string {
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text
}
