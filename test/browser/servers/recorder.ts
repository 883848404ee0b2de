import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { HeaderList } from '../../../lib/fetch/header-list.js'
import type { HttpResponse } from '../../../lib/fetch/request.js'

/** A request as it arrived, and what was answered. */
export interface Exchange {
  readonly method: string
  readonly url: string
  readonly headers: HeaderList
  response?: HttpResponse
}

/**
 * Writes down what really went over the wire, for requests that carry `case=…` in their URL's query, by its value.
 * It must see every request first, so it is attached before anything answers.
 */
export class Recorder {
  readonly #exchanges = new Map<string, Exchange[]>()

  attach (server: Server, origin: () => string): void {
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      const url = new URL(request.url ?? '', `http://${request.headers.host}`)
      const id = url.searchParams.get('case')
      if (id === null) return
      const exchange: Exchange = {
        method: request.method ?? '',
        url: `${origin().split('://', 1)[0]}://${request.headers.host}${request.url}`,
        headers: pairs(request.rawHeaders)
      }
      this.of(id).push(exchange)
      response.once('finish', () => { exchange.response = sentResponse(response) })
    })
    // A method that Node does not know (`patch`) never becomes a request: Fastify answers 400 on the bare connection.
    if (server.listenerCount('clientError') === 0) return
    server.prependListener('clientError', (error: Error & { rawPacket?: Buffer }) => {
      const [head = ''] = String(error.rawPacket ?? '').split('\r\n\r\n', 1)
      const [first = '', ...lines] = head.split('\r\n')
      const [method = '', url = ''] = first.split(' ')
      const headers = parseHeaders(lines)
      const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? 'localhost'
      const id = URL.canParse(url, 'http://x') ? new URL(url, 'http://x').searchParams.get('case') : null
      if (id !== null) {
        this.of(id).push({
          method, url: `${origin().split('://', 1)[0]}://${host}${url}`, headers, response: { status: 400, headers: [['connection', 'close']] }
        })
      }
    })
  }

  /** The exchanges of a case, in the order of the requests. */
  of (id: string): Exchange[] {
    const exchanges = this.#exchanges.get(id) ?? []
    this.#exchanges.set(id, exchanges)
    return exchanges
  }
}

/**
 * The response head as Node wrote it. `getHeaders()` would not do: it does not know of what `writeHead` was given, and
 * nothing of `Date` and the like. `_header` is what the tests of Node itself look at.
 */
function sentResponse (response: ServerResponse): HttpResponse {
  const { _header: head } = response as ServerResponse & { _header: string }
  const [, ...lines] = head.trimEnd().split('\r\n')
  return { status: response.statusCode, headers: parseHeaders(lines) }
}

function parseHeaders (lines: readonly string[]): HeaderList {
  return lines.map(line => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')]
  })
}

function pairs (raw: readonly string[]): HeaderList {
  return raw.flatMap((name, index) => index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : [])
}
