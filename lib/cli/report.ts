import type { HeaderList } from '../fetch/header-list.js'
import type { Explanation } from './explain-url.js'
import type { Exchange } from './send.js'
import { printable } from '../text/printable.js'
import type { Line, Style } from './terminal.js'

/** The response headers that are shown: those that CORS looks at. The JSON document has them all. */
const SHOWN_HEADER = /^(?:access-control-|vary$|location$)/i

/** What `explain` says, as lines of text. */
export function reportLines (explanation: Explanation): Line[] {
  const { request, exchanges, steps, notes } = explanation
  const credentials = request.credentials === 'include' ? 'with' : 'without'
  return [
    { text: `${request.method} ${request.url} from ${request.origin}, ${credentials} credentials`, style: 'bold' },
    ...verdictLines(explanation),
    ...section('Requests', exchanges.flatMap(exchangeLines)),
    ...section('Steps of https://fetch.spec.whatwg.org', steps.map(({ passed, text, section }) =>
      passed ? { text: `✓ ${text} (${section})` } : { text: `✗ ${text} (${section})`, style: 'red' })),
    ...verdictDetails(explanation),
    ...section('Notes', notes.map(text => ({ text })))
  ]
}

function verdictLines (explanation: Explanation): Line[] {
  const line = (text: string, style: Style): Line[] => [{ text, style }]
  switch (explanation.verdict) {
    case 'allowed': return line(`ALLOWED: the page gets the response (${explanation.response.status})`, 'green')
    case 'blocked': return line(`BLOCKED: ${explanation.blocked.failure.code}`, 'red')
    case 'preflight-allowed':
      return line(`ALLOWED by the preflight; the actual ${explanation.unsent.method} was not sent (use --send)`, 'green')
    // Why not, main.ts says on standard error, last of all.
    case 'unknown': return line('COULD NOT TELL', 'yellow')
  }
}

function exchangeLines ({ request, response }: Exchange): Line[] {
  return [
    { text: `${request.method} ${request.url}${request.kind === 'preflight' ? ' (preflight)' : ''}` },
    ...headerLines('> ', request.headers),
    { text: `  < ${response.status}` },
    ...headerLines('< ', response.headers.filter(([name]) => SHOWN_HEADER.test(name)))
  ]
}

function headerLines (mark: string, headers: HeaderList): Line[] {
  return headers.map(([name, value]) => ({ text: `  ${mark}${name}: ${value}`, style: 'dim' }))
}

function verdictDetails (explanation: Explanation): Line[] {
  switch (explanation.verdict) {
    case 'allowed':
      return section('Headers that the page can read', [{ text: explanation.response.headers.map(([name]) => name).join(', ') || 'none' }])
    case 'blocked': {
      const { blocked: { consoleText }, cure } = explanation
      return [
        ...section('What Chromium’s console shows', consoleText === undefined ? [] : [{ text: consoleText }]),
        ...section('Cure', [
          { text: `Any server: ${cure.server}.` },
          { text: `fastify-cors-policy: ${cure.plugin}.` }
        ])
      ]
    }
    case 'preflight-allowed':
    case 'unknown':
      return []
  }
}

function section (title: string, lines: readonly Line[]): Line[] {
  if (lines.length === 0) return []
  return [{ text: '' }, { text: title, style: 'bold' }, ...lines.map(line => ({ ...line, text: `  ${line.text}` }))]
}

/** What `explain --json` prints. Every property is always there; new ones may come. */
export interface JsonReport {
  readonly verdict: Explanation['verdict']
  readonly request: {
    readonly url: string
    readonly origin: string
    readonly method: string
    readonly headers: HeaderList
    readonly credentials: 'same-origin' | 'include'
  }
  /** The requests that were sent, in order, with the headers that matter to CORS. */
  readonly exchanges: ReadonlyArray<{
    readonly kind: 'preflight' | 'actual'
    readonly method: string
    readonly url: string
    readonly requestHeaders: HeaderList
    readonly status: number
    readonly responseHeaders: HeaderList
  }>
  readonly steps: Explanation['steps']
  /** The code, and what was found; `null` unless blocked. */
  readonly failure: (Readonly<Record<string, unknown>> & { readonly code: string }) | null
  /** `null` where Chromium says nothing of CORS. */
  readonly consoleText: string | null
  /** `null` unless blocked. */
  readonly cure: { readonly server: string, readonly plugin: string } | null
  /** What the page gets; `null` unless allowed. */
  readonly response: { readonly status: number, readonly headers: HeaderList } | null
  /** Why the verdict is `unknown`, else `null`. */
  readonly reason: string | null
  readonly notes: readonly string[]
}

/** What `explain` says, as a JSON document. */
export function reportJson (explanation: Explanation): string {
  const { verdict, request, exchanges, steps, notes } = explanation
  const blocked = verdict === 'blocked' ? explanation.blocked : undefined
  const report: JsonReport = {
    verdict,
    request: request as JsonReport['request'],
    exchanges: exchanges.map(({ request, response }) => ({
      kind: request.kind,
      method: request.method,
      url: request.url,
      requestHeaders: request.headers,
      status: response.status,
      responseHeaders: response.headers
    })),
    steps,
    failure: blocked?.failure ?? null,
    consoleText: blocked?.consoleText ?? null,
    cure: verdict === 'blocked' ? explanation.cure : null,
    response: verdict === 'allowed' ? { status: explanation.response.status, headers: explanation.response.headers } : null,
    reason: verdict === 'unknown' ? explanation.reason : null,
    notes
  }
  // Between its strings a JSON document has no character but line feeds that printable() would change.
  return `${JSON.stringify(report, null, 2).split('\n').map(printable).join('\n')}\n`
}
