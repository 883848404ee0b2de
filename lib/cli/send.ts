import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { getHeader, sortedNames, type Header, type HeaderList } from '../fetch/header-list.js'
import type { HttpResponse, SentRequest } from '../fetch/request.js'

/** In seconds; from the start of a request to the last byte of the response's head. */
export const DEFAULT_TIMEOUT = 10
export const MAX_TIMEOUT = 300

/** What Chromium takes of a response's head, in bytes (kMaxHeaderBufSize of net/http/http_stream_parser.h). */
const MAX_HEADER_SIZE = 256 * 1024

/** A request that was sent, and what came back. */
export interface Exchange {
  readonly request: SentRequest
  readonly response: HttpResponse
}

/** No response came. The message is one line. */
export class SendError extends Error {
  override readonly name = 'SendError'
}

/**
 * Sends a request as the model wants it and reads the head of the response, its headers as they are on the wire. The
 * body is not read: the connection is closed.
 *
 * @param extra headers that the model knows nothing of, such as `Cookie`
 * @param timeout in seconds
 */
export function send (sent: SentRequest, extra: HeaderList, timeout: number): Promise<HttpResponse> {
  const url = new URL(sent.url)
  const signal = AbortSignal.timeout(timeout * 1000)
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      agent: false, method: sent.method, maxHeaderSize: MAX_HEADER_SIZE, signal
    })
    // Node writes every method in capitals, a browser only six of them.
    request.method = sent.method
    request.setHeader('accept', '*/*')
    request.setHeader('user-agent', 'fastify-cors-policy')
    const headers = [...sent.headers, ...extra]
    for (const name of sortedNames(headers.map(([name]) => name))) {
      request.setHeader(name, getHeader(headers, name) as string)
    }
    request.on('response', response => {
      resolve({ status: response.statusCode as number, headers: headerList(response) })
      response.destroy()
    })
    request.on('error', error => {
      const reason = signal.aborted ? `no answer within ${timeout} s` : failureText(error as NodeJS.ErrnoException)
      reject(new SendError(`${sent.method} ${sent.url}: ${reason}`))
    })
    // All that there is where the server switches protocols (101), which nobody asked it to. Else it comes last, and says nothing new.
    request.on('close', () => { reject(new SendError(`${sent.method} ${sent.url}: ${FAILURES['ECONNRESET']}`)) })
    request.end()
  })
}

function headerList ({ rawHeaders }: IncomingMessage): HeaderList {
  return Array.from({ length: rawHeaders.length / 2 }, (_, index): Header =>
    [rawHeaders[2 * index] as string, rawHeaders[2 * index + 1] as string])
}

const FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused: nothing listens there',
  ECONNRESET: 'the server closed the connection without an answer',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up now'
}

/** What the errors of node:http, node:net and node:tls mean to who asked. */
export function failureText ({ code = '', message }: NodeJS.ErrnoException): string {
  if (Object.hasOwn(FAILURES, code)) return FAILURES[code] as string
  if (code.startsWith('HPE_')) return `the answer is not HTTP/1.1 (${code})`
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return 'TLS failed there: is it http: that is spoken?'
  // Node's certificate errors are OpenSSL's names, of no common form.
  if (/CERT|SIGNATURE|ISSUER|ALTNAME/.test(code)) {
    return `the certificate is not trusted (${code}); NODE_EXTRA_CA_CERTS names a file with authorities to trust`
  }
  return [code, message].filter(part => part !== '').join(': ')
}
