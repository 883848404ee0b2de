import { isForbiddenRequestHeader, isForbiddenResponseHeader } from '../protocol/header-name.js'
import { isForbiddenMethod } from '../protocol/method.js'
import { isToken } from '../protocol/token.js'
import { pointer, show, type CorsIssue } from './issue.js'

/** An item of a list option, with the place to name when it is wrong. */
export interface ListItem<Value> {
  readonly value: Value
  readonly path: string
}

/** Collects what is wrong; the pieces of validation write into it one after the other. */
export type Report = (issue: CorsIssue) => void

/**
 * The items of an option that takes an array or a comma-separated string, trimmed. Empty items, and with `emptyArray`
 * off an empty list, are reported and left out.
 */
export function readList<Value> (
  name: string, value: string | readonly Value[], report: Report, emptyArray = false
): Array<ListItem<Value | string>> {
  const fromText = typeof value === 'string'
  const raw: ReadonlyArray<Value | string> = fromText ? value.split(',') : value
  const items = raw.map((item, index) => ({
    value: typeof item === 'string' ? item.trim() : item,
    path: fromText ? pointer(name) : pointer(name, index)
  }))

  if (items.every(item => item.value === '') && !(emptyArray && items.length === 0)) {
    report({
      code: 'EMPTY_LIST',
      path: pointer(name),
      message: `${name} is an empty list, so that nothing would be allowed and nothing would say why`,
      hint: emptyArray
        ? 'write [] for none'
        : `name at least one${name === 'origin' ? ', or write false for no CORS' : ', or leave the option out'}; if it comes from the environment, the variable is empty`
    })
    return []
  }
  return items.filter(({ value, path }) => {
    if (value !== '') return true
    report({
      code: 'EMPTY_ITEM',
      path,
      message: `an item of ${name} is empty`,
      hint: 'remove it, or the comma before or after it'
    })
    return false
  })
}

/** A list of names, or `'*'` for all of them. */
export type Names = '*' | readonly string[]

/** What a list option of names holds: `check` gives the issue of a name that is wrong. */
export function readNames (
  name: string, value: string | readonly string[], report: Report, check: NameCheck, emptyArray = false
): Names {
  const items = readList(name, value, report, emptyArray)
  if (items.length === 1 && items[0]?.value === '*') return '*'
  for (const item of items) {
    const issue = item.value === '*' ? wildcardInList(item, name) : check(item)
    if (issue !== undefined) report(issue)
  }
  return items.map(item => item.value)
}

type NameCheck = (item: ListItem<string>) => CorsIssue | undefined

/** `'*'` stands for everything and so stands alone. */
export function wildcardInList ({ path }: ListItem<unknown>, name: string): CorsIssue {
  return {
    code: 'WILDCARD_IN_LIST',
    path,
    message: "'*' next to other items: it already covers them, so that one of the two is not meant",
    hint: `write ${name}: '*' alone, or remove the '*'`
  }
}

export function checkMethod ({ value, path }: ListItem<string>): CorsIssue | undefined {
  if (!isToken(value)) {
    return { code: 'INVALID_METHOD', path, message: `${show(value)} is not a method name`, hint: "write for example 'PUT'" }
  }
  if (isForbiddenMethod(value)) {
    return {
      code: 'FORBIDDEN_METHOD',
      path,
      message: `browsers let no page send ${value.toUpperCase()} (https://fetch.spec.whatwg.org/#forbidden-method)`,
      hint: 'remove it'
    }
  }
  if (value !== value.toUpperCase()) {
    return {
      code: 'INVALID_METHOD',
      path,
      message: `${show(value)}: browsers compare methods byte by byte, and Node's HTTP parser knows them in upper case only`,
      hint: `write '${value.toUpperCase()}'`
    }
  }
  return undefined
}

export function checkRequestHeader (item: ListItem<string>): CorsIssue | undefined {
  return checkHeaderName(item) ?? (isForbiddenRequestHeader(item.value)
    ? {
        code: 'FORBIDDEN_HEADER',
        path: item.path,
        message: `browsers let no page set ${show(item.value)}, so that no preflight asks for it (https://fetch.spec.whatwg.org/#forbidden-request-header)`,
        hint: /^cookie$/i.test(item.value) ? 'remove it; for cookies write credentials: true' : 'remove it'
      }
    : undefined)
}

export function checkResponseHeader (item: ListItem<string>): CorsIssue | undefined {
  return checkHeaderName(item) ?? (isForbiddenResponseHeader(item.value)
    ? {
        code: 'FORBIDDEN_HEADER',
        path: item.path,
        message: `browsers let no page read ${show(item.value)} (https://fetch.spec.whatwg.org/#forbidden-response-header-name)`,
        hint: 'remove it; send the value in a header of your own if a page needs it'
      }
    : undefined)
}

export function checkHeaderName ({ value, path }: ListItem<string>): CorsIssue | undefined {
  return isToken(value)
    ? undefined
    : { code: 'INVALID_HEADER_NAME', path, message: `${show(value)} is not a header name`, hint: "write for example 'X-Request-Id'" }
}
